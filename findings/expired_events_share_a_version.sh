#!/bin/sh
# Whether a watch of Events loses any when its connection breaks and it is
# continued from the resource version of the last event that came.
#
# Expected: none. Every write has a resource version of its own, and the server
# sends all that is newer; this is what RetryWatcher and informers rely on.
# Seen (the store of kube-apiserver, k8s.io/apiserver 0.37.2, with etcd 3.7.0 and
# client-go 0.37.2): Events expire (`--event-ttl`), and those that are made within
# 5% of that time, at most a minute, and up to 1000 of them, hang on one lease.
# When it ends, etcd deletes them all in one transaction: as many DELETED events
# as there are, all with the same resource version. A watch that breaks off
# between them and is continued never sees the rest, and no error says so: in a
# cache, these Events stay until the next list.
#
# Output seen:
#   an unbroken watch: 10 Events deleted, 1 resource version
#   a watch that broke off after one, continued: 1 Event deleted
#   a list: 0 Events left
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

const (
	events  = 10
	seconds = 20 // Time to live. 5% of it is a second, in which all are made.
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
func openStore(dir string) storage.Interface {
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
	return store
}

func main() {
	ctx := context.Background()
	store := openStore(os.Args[1])
	version := ""
	for number := range events {
		event := &corev1.Event{}
		event.APIVersion, event.Kind = "v1", "Event"
		event.Namespace, event.Name = "default", fmt.Sprintf("event-%d", number)
		created := &corev1.Event{}
		must(store.Create(ctx, "/events/default/"+event.Name, event, created, seconds))
		version = created.ResourceVersion
	}

	open := func(version string) (watch.Interface, error) {
		all := storage.ListOptions{ResourceVersion: version, Predicate: storage.Everything, Recursive: true}
		return store.Watch(ctx, "/events/", all)
	}
	unbroken, err := open(version)
	must(err)
	opened := 0
	continued, err := watchtools.NewRetryWatcherWithContext(ctx, version, &cache.ListWatch{
		WatchFuncWithContext: func(_ context.Context, options metav1.ListOptions) (watch.Interface, error) {
			inner, err := open(options.ResourceVersion)
			if opened++; err != nil || opened > 1 {
				return inner, err
			}
			one := make(chan watch.Event)
			go func() {
				defer inner.Stop()
				defer close(one)
				one <- <-inner.ResultChan()
			}()
			return watch.NewProxyWatcher(one), nil
		},
	})
	must(err)

	var deleted, deletedToo int
	versions := map[string]bool{}
	end := time.After(3 * seconds * time.Second)
	for done := false; !done; {
		select {
		case event := <-unbroken.ResultChan():
			if object := event.Object.(*corev1.Event); event.Type == watch.Deleted {
				deleted++
				versions[object.ResourceVersion] = true
			}
			if deleted == events {
				end = time.After(5 * time.Second)
			}
		case event := <-continued.ResultChan():
			if event.Type == watch.Deleted {
				deletedToo++
			}
		case <-end:
			done = true
		}
	}
	list := &corev1.EventList{}
	must(store.GetList(ctx, "/events/", storage.ListOptions{Predicate: storage.Everything, Recursive: true}, list))
	fmt.Printf("an unbroken watch: %d Events deleted, %d resource version\n", deleted, len(versions))
	fmt.Printf("a watch that broke off after one, continued: %d Event deleted\n", deletedToo)
	fmt.Printf("a list: %d Events left\n", len(list.Items))
}
GO
export GOFLAGS=-mod=mod GOWORK=off
go mod tidy >/dev/null 2>&1
seen=$(go run . "$dir" 2>/dev/null)
echo "$seen"
[ "$seen" = 'an unbroken watch: 10 Events deleted, 1 resource version
a watch that broke off after one, continued: 1 Event deleted
a list: 0 Events left' ]
