#!/bin/sh
# Whether the object of a DELETED event may be written back, as a program does that
# takes its finalizer or its annotation off an object that it is done with.
#
# Expected: if the object is still there, and the event only says that it does not
# match the selector of the watch any more, the write is refused as a conflict, or
# the event has the object as it is now. The resource version is there so that
# nothing can be written back that is older than what is stored.
# Seen (the store of kube-apiserver, k8s.io/apiserver 0.37.2, with etcd 3.7.0; a
# kube-apiserver 1.36.1 does the same): the event has the object of before the
# change, with the resource version of after it. Written back, it passes the check
# of the version, and undoes the change: that of the label by which the object was
# given to somebody else, and whatever came with it.
#
# Output seen:
#   stored: version 3, owner=you, text "new"
#   DELETED: version 3, owner=me, text "old"
#   written back: version 4, owner=me, text "old"
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

	"go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/kubernetes"
	"go.etcd.io/etcd/server/v3/embed"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apiserver/pkg/storage"
	"k8s.io/apiserver/pkg/storage/etcd3"
	"k8s.io/apiserver/pkg/storage/value/encrypt/identity"
	"k8s.io/client-go/kubernetes/scheme"
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

// openStore starts etcd and opens in it the store that kube-apiserver has for ConfigMaps.
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
		func() runtime.Object { return &corev1.ConfigMap{} },
		func() runtime.Object { return &corev1.ConfigMapList{} },
		"/registry", "/configmaps/", schema.GroupResource{Resource: "configmaps"},
		identity.NewEncryptCheckTransformer(), etcd3.NewDefaultLeaseManagerConfig(),
		etcd3.NewDefaultDecoder(codec, versioner), versioner)
	must(err)
	return store
}

func describe(title string, object *corev1.ConfigMap) {
	fmt.Printf("%s: version %s, owner=%s, text %q\n",
		title, object.ResourceVersion, object.Labels["owner"], object.Data["text"])
}

// update changes the ConfigMap, if it has the version.
func update(ctx context.Context, store storage.Interface, version string, change func(*corev1.ConfigMap)) *corev1.ConfigMap {
	result := &corev1.ConfigMap{}
	must(store.GuaranteedUpdate(ctx, "/configmaps/default/a", result, false,
		&storage.Preconditions{ResourceVersion: &version},
		storage.SimpleUpdate(func(object runtime.Object) (runtime.Object, error) {
			configMap := object.(*corev1.ConfigMap)
			change(configMap)
			configMap.APIVersion, configMap.Kind = "v1", "ConfigMap"
			return configMap, nil
		}), nil))
	return result
}

func main() {
	ctx := context.Background()
	store := openStore(os.Args[1])
	object := &corev1.ConfigMap{Data: map[string]string{"text": "old"}}
	object.APIVersion, object.Kind, object.Namespace, object.Name = "v1", "ConfigMap", "default", "a"
	object.Labels = map[string]string{"owner": "me"}
	created := &corev1.ConfigMap{}
	must(store.Create(ctx, "/configmaps/default/a", object, created, 0))

	mine := storage.SelectionPredicate{
		Label: labels.SelectorFromSet(labels.Set{"owner": "me"}),
		Field: fields.Everything(),
		GetAttrs: func(object runtime.Object) (labels.Set, fields.Set, error) {
			return object.(*corev1.ConfigMap).Labels, nil, nil
		},
	}
	watched, err := store.Watch(ctx, "/configmaps/", storage.ListOptions{
		ResourceVersion: created.ResourceVersion, Predicate: mine, Recursive: true,
	})
	must(err)
	describe("stored", update(ctx, store, created.ResourceVersion, func(object *corev1.ConfigMap) {
		object.Labels["owner"], object.Data["text"] = "you", "new"
	}))
	event := <-watched.ResultChan()
	received := event.Object.(*corev1.ConfigMap)
	describe(string(event.Type), received)
	describe("written back", update(ctx, store, received.ResourceVersion, func(object *corev1.ConfigMap) {
		*object = *received.DeepCopy()
	}))
}
GO
export GOFLAGS=-mod=mod GOWORK=off
go mod tidy >/dev/null 2>&1
seen=$(go run . "$dir" 2>/dev/null)
echo "$seen"
[ "$seen" = 'stored: version 3, owner=you, text "new"
DELETED: version 3, owner=me, text "old"
written back: version 4, owner=me, text "old"' ]
