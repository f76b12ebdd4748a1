#!/bin/sh
# How often an informer of client-go calls its transform for an object, which is
# set with SetTransform and mostly shortens objects to save memory.
#
# Expected: once for each object that comes from the server. Its documentation
# asks for a function that may be applied twice only if objects of the cache are
# given to Replace, and says that informers do not do so.
# Seen (client-go 0.37.2): once if the informer lists. If the server knows
# WatchLists, as kube-apiserver 1.36 and 1.37 do, the informer uses these by
# default, and each object of the beginning goes through the transform twice: into
# a store that only holds them until all are there, and from there into the cache.
# Later changes go through it once. A transform that replaces a value by a hash or
# a count of it thus makes other values of the same object before and after a
# restart, or an upgrade of the server, and one that returns a type of its own is
# given that type.
#
# Output seen:
#   a list: "first" became "5 letters", "second" became "6 letters"
#   a WatchList: "first" became "9 letters", "second" became "6 letters"
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'MOD'
module probe

go 1.26.0

require (
	k8s.io/api v0.37.2
	k8s.io/apimachinery v0.37.2
	k8s.io/client-go v0.37.2
)

require (
	github.com/davecgh/go-spew v1.1.2-0.20180830191138-d8f796af33cc // indirect
	github.com/fxamacker/cbor/v2 v2.9.1 // indirect
	github.com/go-logr/logr v1.4.3 // indirect
	github.com/json-iterator/go v1.1.12 // indirect
	github.com/modern-go/concurrent v0.0.0-20180306012644-bacd9c7ef1dd // indirect
	github.com/modern-go/reflect2 v1.0.3-0.20250322232337-35a7c28c31ee // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/pmezard/go-difflib v1.0.1-0.20181226105442-5d4384ee4fb2 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	go.yaml.in/yaml/v2 v2.4.4 // indirect
	golang.org/x/net v0.57.0 // indirect
	golang.org/x/oauth2 v0.36.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/term v0.45.0 // indirect
	golang.org/x/text v0.40.0 // indirect
	golang.org/x/time v0.15.0 // indirect
	gopkg.in/inf.v0 v0.9.1 // indirect
	k8s.io/klog/v2 v2.140.0 // indirect
	k8s.io/kube-openapi v0.0.0-20260721132016-d427ff9ee9ad // indirect
	k8s.io/utils v0.0.0-20260626114624-be93311217bd // indirect
	sigs.k8s.io/json v0.0.0-20250730193827-2d320260d730 // indirect
	sigs.k8s.io/randfill v1.0.0 // indirect
	sigs.k8s.io/structured-merge-diff/v6 v6.4.2 // indirect
	sigs.k8s.io/yaml v1.6.0 // indirect
)
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
)

func configMap(version, text string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "a", ResourceVersion: version},
		Data:       map[string]string{"text": text},
	}
}

// server has one object, and changes it once that has been delivered.
type server struct {
	hasWatchLists bool
	change        chan struct{}
}

func (s *server) List(metav1.ListOptions) (runtime.Object, error) {
	return &corev1.ConfigMapList{
		ListMeta: metav1.ListMeta{ResourceVersion: "100"},
		Items:    []corev1.ConfigMap{*configMap("100", "first")},
	}, nil
}

func (s *server) Watch(options metav1.ListOptions) (watch.Interface, error) {
	initial := options.SendInitialEvents != nil
	if initial && !s.hasWatchLists {
		return nil, errors.NewInvalid(corev1.SchemeGroupVersion.WithKind("ListOptions").GroupKind(), "", nil)
	}
	events := make(chan watch.Event, 3)
	if initial {
		end := configMap("100", "")
		end.Annotations = map[string]string{metav1.InitialEventsAnnotationKey: "true"}
		events <- watch.Event{Type: watch.Added, Object: configMap("100", "first")}
		events <- watch.Event{Type: watch.Bookmark, Object: end}
	}
	go func() {
		<-s.change
		events <- watch.Event{Type: watch.Modified, Object: configMap("101", "second")}
	}()
	return watch.NewProxyWatcher(events), nil
}

// shorten is a transform that saves memory: it keeps how long a text is.
func shorten(object any) (any, error) {
	data := object.(*corev1.ConfigMap).Data
	data["text"] = fmt.Sprintf("%d letters", len(data["text"]))
	return object, nil
}

func main() {
	for _, hasWatchLists := range []bool{false, true} {
		s := &server{hasWatchLists, make(chan struct{})}
		informer := cache.NewSharedIndexInformer(
			&cache.ListWatch{ListFunc: s.List, WatchFunc: s.Watch}, &corev1.ConfigMap{}, 0, nil)
		informer.SetTransform(shorten)
		seen := make(chan string)
		informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc:    func(object any) { seen <- object.(*corev1.ConfigMap).Data["text"] },
			UpdateFunc: func(_, object any) { seen <- object.(*corev1.ConfigMap).Data["text"] },
		})
		ctx, stop := context.WithTimeout(context.Background(), time.Minute)
		go informer.RunWithContext(ctx)
		first := <-seen
		close(s.change)
		way := "a list"
		if hasWatchLists {
			way = "a WatchList"
		}
		fmt.Printf("%s: \"first\" became %q, \"second\" became %q\n", way, first, <-seen)
		stop()
	}
}
GO
export GOFLAGS=-mod=mod GOWORK=off
go mod tidy >/dev/null 2>&1
seen=$(go run . 2>/dev/null)
echo "$seen"
[ "$seen" = 'a list: "first" became "5 letters", "second" became "6 letters"
a WatchList: "first" became "9 letters", "second" became "6 letters"' ]
