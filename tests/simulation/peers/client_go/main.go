// Command peers runs client-go's RetryWatcher or its informer on the ConfigMaps
// of namespaces, as ../_messages.ts describes: peers retrywatcher, or informer.
// Everything has its defaults, also the client's own limit of requests.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
)

var configMaps = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}

type command struct {
	Type      string `json:"type"`
	Seed      int    `json:"seed"`
	Server    string `json:"server"`
	Namespace string `json:"namespace"`
}

type message struct {
	Seed    int               `json:"seed"`
	Type    string            `json:"type"`
	Name    string            `json:"name,omitempty"`
	UID     string            `json:"uid,omitempty"`
	Version string            `json:"version,omitempty"`
	Why     string            `json:"why,omitempty"`
	Objects map[string]string `json:"objects"`
}

type report func(m message)

// A consumer reports what its cache holds, and stops.
type consumer func() map[string]string

func main() {
	start := startRetryWatcher
	if len(os.Args) > 1 && os.Args[1] == "informer" {
		start = startInformer
	}
	var lock sync.Mutex
	write := func(m message) {
		lock.Lock()
		defer lock.Unlock()
		if err := json.NewEncoder(os.Stdout).Encode(m); err != nil {
			os.Exit(1)
		}
	}
	consumers := map[int]consumer{}
	write(message{Type: "ready"})
	scanner := bufio.NewScanner(os.Stdin)
	for scanner.Scan() {
		var c command
		if err := json.Unmarshal(scanner.Bytes(), &c); err != nil {
			fail(err)
		}
		if c.Type == "start" {
			seed := c.Seed
			consumers[seed] = start(c, func(m message) {
				m.Seed = seed
				write(m)
			})
			continue
		}
		write(message{Seed: c.Seed, Type: "cache", Objects: consumers[c.Seed]()})
		delete(consumers, c.Seed)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func clientOf(c command) dynamic.Interface {
	client, err := dynamic.NewForConfig(&rest.Config{Host: c.Server})
	if err != nil {
		fail(err)
	}
	return client
}

// startRetryWatcher lists and starts a new watcher where one has ended, as the
// documentation of RetryWatcher asks for after a 410.
func startRetryWatcher(c command, report report) consumer {
	ctx, cancel := context.WithCancel(context.Background())
	collection := clientOf(c).Resource(configMaps).Namespace(c.Namespace)
	source := &cache.ListWatch{
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			return collection.Watch(ctx, options)
		},
	}
	go func() {
		for ctx.Err() == nil {
			version := list(ctx, collection, report)
			watcher, err := watchtools.NewRetryWatcherWithContext(ctx, version, source)
			if err != nil {
				if ctx.Err() == nil {
					fail(err)
				}
				return
			}
			for event := range watcher.ResultChan() {
				if event.Type == watch.Error {
					report(message{Type: "ended", Why: apierrors.FromObject(event.Object).Error()})
				} else {
					report(describe(string(event.Type), event.Object))
				}
			}
			time.Sleep(time.Second)
		}
	}()
	return func() map[string]string {
		cancel()
		return nil
	}
}

func list(ctx context.Context, collection dynamic.ResourceInterface, report report) string {
	for ctx.Err() == nil {
		found, err := collection.List(ctx, metav1.ListOptions{})
		if err == nil {
			objects := map[string]string{}
			for _, item := range found.Items {
				objects[item.GetName()] = item.GetResourceVersion()
			}
			report(message{Type: "listed", Version: found.GetResourceVersion(), Objects: objects})
			return found.GetResourceVersion()
		}
		time.Sleep(time.Second)
	}
	return ""
}

func startInformer(c command, report report) consumer {
	ctx, cancel := context.WithCancel(context.Background())
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(clientOf(c), 0, c.Namespace, nil)
	informer := factory.ForResource(configMaps).Informer()
	if _, err := informer.AddEventHandler(handler(report)); err != nil {
		fail(err)
	}
	factory.Start(ctx.Done())
	go func() {
		if cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
			report(message{Type: "synced"})
		}
	}()
	return func() map[string]string {
		objects := map[string]string{}
		for _, object := range informer.GetStore().List() {
			m := describe("", object)
			objects[m.Name] = m.Version
		}
		cancel()
		return objects
	}
}

func handler(report report) cache.ResourceEventHandler {
	return cache.ResourceEventHandlerFuncs{
		AddFunc: func(object any) { report(describe("ADDED", object)) },
		UpdateFunc: func(before, object any) {
			report(describe("MODIFIED", object))
		},
		DeleteFunc: func(object any) {
			if unknown, ok := object.(cache.DeletedFinalStateUnknown); ok {
				object = unknown.Obj
			}
			report(describe("DELETED", object))
		},
	}
}

func describe(kind string, object any) message {
	accessor, err := meta.Accessor(object)
	if err != nil {
		return message{Type: kind, Why: err.Error()}
	}
	return message{Type: kind, Name: accessor.GetName(), UID: string(accessor.GetUID()), Version: accessor.GetResourceVersion()}
}
