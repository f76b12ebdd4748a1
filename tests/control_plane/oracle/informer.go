package main

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
)

// runInformer prints the events of an IndexerInformerWatcher, and at the end
// what its store held, in the order of the keys.
func runInformer(ctx context.Context, s *settings, source *source, out *output) error {
	indexer, controller, watcher, done := watchtools.NewIndexerInformerWatcher(
		source.listWatch(""), &unstructured.Unstructured{})
	defer watcher.Stop()
	go func() {
		if cache.WaitForCacheSync(ctx.Done(), controller.HasSynced) {
			out.write(line{Synced: true, ResourceVersion: controller.LastSyncResourceVersion()})
		}
	}()
	report(ctx, watcher.ResultChan(), s.stopAfter, out)
	watcher.Stop()
	<-done
	store := []line{}
	keys := indexer.ListKeys()
	slices.Sort(keys)
	for _, key := range keys {
		object, exists, err := indexer.GetByKey(key)
		if err != nil {
			return err
		}
		if exists {
			entry := line{}
			entry.describe(object)
			store = append(store, entry)
		}
	}
	out.write(line{Store: &store})
	return nil
}
