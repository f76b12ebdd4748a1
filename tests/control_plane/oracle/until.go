package main

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
)

// wait is one Until: the command line's, or a line of standard input.
type wait struct {
	ID              string `json:"id"`
	Name            string `json:"name"`
	ResourceVersion string `json:"resourceVersion"`
	Condition       string `json:"condition"`
}

// runUntil waits once; with --stdin for each line, side by side, so that many
// waits can be timed without the start of a process in each.
func runUntil(ctx context.Context, s *settings, source *source, out *output) error {
	if !s.stdin {
		return waitFor(ctx, wait{"", s.name, s.resourceVersion, s.condition}, source, out)
	}
	var pending sync.WaitGroup
	defer pending.Wait()
	for {
		select {
		case text, open := <-s.requests:
			if !open {
				return nil
			}
			var w wait
			if err := json.Unmarshal(text, &w); err != nil {
				return err
			}
			// Its failure is reported on its own line.
			pending.Go(func() { _ = waitFor(ctx, w, source, out) })
		case <-ctx.Done():
			return nil
		}
	}
}

func waitFor(ctx context.Context, w wait, source *source, out *output) error {
	condition, err := parseCondition(w.Name, w.Condition)
	if err != nil {
		return conclude(w.ID, nil, err, out)
	}
	event, err := watchtools.Until(ctx, w.ResourceVersion, source.listWatch(w.ID), condition)
	return conclude(w.ID, event, err, out)
}

func runUntilWithSync(ctx context.Context, s *settings, source *source, out *output) error {
	condition, err := parseCondition(s.name, s.condition)
	if err != nil {
		return err
	}
	var precondition watchtools.PreconditionFunc
	if s.precondition {
		precondition = func(store cache.Store) (bool, error) { return holds(store, condition) }
	}
	event, err := watchtools.UntilWithSync(
		ctx, source.listWatch(""), &unstructured.Unstructured{}, precondition, condition)
	return conclude("", event, err, out)
}

// holds tries the condition on everything in the store.
func holds(store cache.Store, condition watchtools.ConditionFunc) (bool, error) {
	for _, entry := range store.List() {
		object, ok := entry.(*unstructured.Unstructured)
		if !ok {
			return false, errors.New("the store holds something that is no object")
		}
		met, err := condition(watch.Event{Type: watch.Added, Object: object})
		if met || err != nil {
			return met, err
		}
	}
	return false, nil
}

// conclude reports how a wait ended. A precondition that held has no event.
func conclude(id string, event *watch.Event, err error, out *output) error {
	l := line{}
	if event != nil {
		l = describeEvent(*event)
	}
	l.ID = id
	l.Met = err == nil
	l.Fail = err != nil
	if err != nil {
		l.Message = err.Error()
	}
	out.write(l)
	return err
}
