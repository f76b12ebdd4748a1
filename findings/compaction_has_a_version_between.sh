#!/bin/sh
# What a watch is told that is a little too late for the history of the store.
#
# Expected: an ERROR event with code 410, Expired, for every resource version that
# a compaction has made too old, and the missing events for every other; the 410
# is what clients list again upon.
# Seen (the store of kube-apiserver, k8s.io/apiserver 0.37.2, with etcd 3.7.0 and
# client-go 0.37.2): between the two is one version of its own, the last before
# the revision that etcd was compacted at. etcd takes the watch and still has the
# change, but not the object of before it, without which the store can't tell
# whether an object begins or ceases to match: an ERROR with code 500. RetryWatcher
# takes this for a passing fault of the server and asks for the same version again,
# every second, without an event or an error to its user, until the next
# compaction makes it a 410. kube-apiserver answers so for what it keeps no watch
# cache for, such as Events.
#
# Output seen:
#   compacted at 4, which is an update
#   watch from 2: ERROR 410 Expired
#   watch from 3: ERROR 500 InternalError
#   watch from 4: ADDED event-b
#   RetryWatcher from 3: no event, and asks every second
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'MOD'
module probe

go 1.26.0

require (
	go.etcd.io/etcd/client/v3 v3.7.0
	go.etcd.io/etcd/server/v3 v3.7.0
	k8s.io/api v0.37.2
	k8s.io/apimachinery v0.37.2
	k8s.io/apiserver v0.37.2
	k8s.io/client-go v0.37.2
)
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"time"

	"go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/kubernetes"
	"go.etcd.io/etcd/server/v3/embed"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/apiserver/pkg/storage"
	"k8s.io/apiserver/pkg/storage/etcd3"
	"k8s.io/apiserver/pkg/storage/value/encrypt/identity"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
	"k8s.io/utils/clock"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func freeAddress() []url.URL {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	defer listener.Close()
	return []url.URL{{Scheme: "http", Host: listener.Addr().String()}}
}

// openStore starts etcd and opens in it the store that kube-apiserver has for Events.
func openStore(dir string) (storage.Interface, *clientv3.Client) {
	clients, peers := freeAddress(), freeAddress()
	config := embed.NewConfig()
	config.Dir, config.LogLevel = dir+"/data", "error"
	config.ListenClientUrls, config.AdvertiseClientUrls = clients, clients
	config.ListenPeerUrls, config.AdvertisePeerUrls = peers, peers
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	server, err := embed.StartEtcd(config)
	must(err)
	<-server.Server.ReadyNotify()
	client, err := kubernetes.New(clientv3.Config{Endpoints: []string{clients[0].String()}})
	must(err)
	codec := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme.Scheme, scheme.Scheme, json.SerializerOptions{})
	versioner := storage.APIObjectVersioner{}
	store, err := etcd3.New(client, etcd3.NewCompactor(client.Client, 0, clock.RealClock{}, nil), codec,
		func() runtime.Object { return &corev1.Event{} },
		func() runtime.Object { return &corev1.EventList{} },
		"/registry", "/events/", schema.GroupResource{Resource: "events"},
		identity.NewEncryptCheckTransformer(), etcd3.NewDefaultLeaseManagerConfig(),
		etcd3.NewDefaultDecoder(codec, versioner), versioner)
	must(err)
	return store, client.Client
}

// openWatch watches all Events from a version on.
func openWatch(ctx context.Context, store storage.Interface, version string) (watch.Interface, error) {
	all := storage.ListOptions{ResourceVersion: version, Predicate: storage.Everything, Recursive: true}
	return store.Watch(ctx, "/events/", all)
}

func describe(event watch.Event) string {
	if status, failed := event.Object.(*metav1.Status); failed {
		return fmt.Sprintf("%s %d %s", event.Type, status.Code, status.Reason)
	}
	return fmt.Sprintf("%s %s", event.Type, event.Object.(*corev1.Event).Name)
}

func main() {
	ctx := context.Background()
	store, client := openStore(os.Args[1])
	create := func(name string) (version int64) {
		event := &corev1.Event{}
		event.APIVersion, event.Kind, event.Namespace, event.Name = "v1", "Event", "default", name
		created := &corev1.Event{}
		must(store.Create(ctx, "/events/default/"+name, event, created, 0))
		fmt.Sscan(created.ResourceVersion, &version)
		return version
	}
	create("event-a")
	last := create("event-c")
	updated := &corev1.Event{}
	must(store.GuaranteedUpdate(ctx, "/events/default/event-a", updated, false, nil,
		storage.SimpleUpdate(func(object runtime.Object) (runtime.Object, error) {
			object.(*corev1.Event).APIVersion, object.(*corev1.Event).Kind = "v1", "Event"
			object.(*corev1.Event).Count++
			return object, nil
		}), nil))
	create("event-b")
	_, err := client.Compact(ctx, last+1, clientv3.WithCompactPhysical())
	must(err)

	fmt.Printf("compacted at %s, which is an update\n", updated.ResourceVersion)
	for version := last - 1; version <= last+1; version++ {
		opened, err := openWatch(ctx, store, fmt.Sprint(version))
		must(err)
		fmt.Printf("watch from %d: %s\n", version, describe(<-opened.ResultChan()))
		opened.Stop()
	}
	asked := 0
	retried, err := watchtools.NewRetryWatcherWithContext(ctx, fmt.Sprint(last), &cache.ListWatch{
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			asked++
			return openWatch(ctx, store, options.ResourceVersion)
		},
	})
	must(err)
	end := "no event"
	select {
	case event := <-retried.ResultChan():
		end = describe(event)
	case <-time.After(5500 * time.Millisecond):
	}
	retried.Stop()
	<-retried.Done()
	often := fmt.Sprintf("asks %d times", asked)
	if asked >= 3 {
		often = "asks every second"
	}
	fmt.Printf("RetryWatcher from %d: %s, and %s\n", last, end, often)
}
GO
export GOFLAGS=-mod=mod GOWORK=off
go mod tidy >/dev/null 2>&1
seen=$(go run . "$dir" 2>/dev/null)
echo "$seen"
[ "$seen" = 'compacted at 4, which is an update
watch from 2: ERROR 410 Expired
watch from 3: ERROR 500 InternalError
watch from 4: ADDED event-b
RetryWatcher from 3: no event, and asks every second' ]
