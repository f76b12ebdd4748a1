package main

import (
	"context"

	"k8s.io/apimachinery/pkg/watch"
	watchtools "k8s.io/client-go/tools/watch"
)

func runRetryWatcher(ctx context.Context, s *settings, source *source, out *output) error {
	watcher, err := watchtools.NewRetryWatcherWithContext(ctx, s.resourceVersion, source.listWatch(""))
	if err != nil {
		return err
	}
	defer watcher.Stop()
	report(ctx, watcher.ResultChan(), s.stopAfter, out)
	watcher.Stop()
	<-watcher.Done()
	return nil
}

// report prints events until the channel or ctx ends, or limit is reached.
func report(ctx context.Context, events <-chan watch.Event, limit int, out *output) {
	for {
		select {
		case event, open := <-events:
			if !open {
				return
			}
			if count := out.event(event); limit > 0 && count >= limit {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}
