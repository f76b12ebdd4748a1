#!/bin/sh
# What a watch shows of the update that takes the last finalizer off an object which
# is being deleted, when the update changes something else too, such as an
# annotation with the result of the clean-up.
#
# Expected: MODIFIED with the change and DELETED after it, or a DELETED with it.
# Seen (the registry and the store of kube-apiserver, k8s.io/apiserver 0.37.2, with
# etcd 3.7.0; a kube-apiserver 1.36.1 does the same): no event has it. The update is
# not stored, the object is deleted in its place; the DELETED event has the object
# of before, its finalizer still on it. Whoever sends the update is answered with the
# changed object, as if it had been stored, with the resource version of before. A
# wait for what that update sets never sees it.
#
# Output seen:
#   update: version 3, finalizers [], text "new"
#   MODIFIED: version 3, finalizers [example.com/clean], text "old"
#   DELETED: version 4, finalizers [example.com/clean], text "old"
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
	"k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/generic/registry"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/storage"
	"k8s.io/apiserver/pkg/storage/etcd3"
	"k8s.io/apiserver/pkg/storage/names"
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
func openStore(dir string) (storage.Interface, runtime.Codec) {
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
	return store, codec
}

// strategy allows everything.
type strategy struct {
	runtime.ObjectTyper
	names.NameGenerator
}

func (strategy) NamespaceScoped() bool                                                   { return true }
func (strategy) AllowCreateOnUpdate(context.Context) bool                                { return false }
func (strategy) AllowUnconditionalUpdate(context.Context) bool                           { return true }
func (strategy) Canonicalize(runtime.Object)                                             {}
func (strategy) PrepareForCreate(context.Context, runtime.Object)                        {}
func (strategy) PrepareForUpdate(context.Context, runtime.Object, runtime.Object)        {}
func (strategy) Validate(context.Context, runtime.Object) (none field.ErrorList)         { return }
func (strategy) WarningsOnCreate(context.Context, runtime.Object) (none []string)        { return }
func (strategy) WarningsOnUpdate(_ context.Context, _, _ runtime.Object) (none []string) { return }
func (strategy) ValidateUpdate(_ context.Context, _, _ runtime.Object) (none field.ErrorList) {
	return
}

// openRegistry returns what answers the requests for ConfigMaps.
func openRegistry(dir string) *registry.Store {
	store, codec := openStore(dir)
	resource := schema.GroupResource{Resource: "configmaps"}
	anything := strategy{scheme.Scheme, names.SimpleNameGenerator}
	return &registry.Store{
		NewFunc:                   func() runtime.Object { return &corev1.ConfigMap{} },
		NewListFunc:               func() runtime.Object { return &corev1.ConfigMapList{} },
		DefaultQualifiedResource:  resource,
		SingularQualifiedResource: resource,
		CreateStrategy:            anything,
		UpdateStrategy:            anything,
		DeleteStrategy:            anything,
		KeyRootFunc:               func(context.Context) string { return "/configmaps/" },
		KeyFunc:                   func(_ context.Context, name string) (string, error) { return "/configmaps/" + name, nil },
		ObjectNameFunc:            func(object runtime.Object) (string, error) { return object.(*corev1.ConfigMap).Name, nil },
		PredicateFunc: func(label labels.Selector, field fields.Selector) storage.SelectionPredicate {
			return storage.SelectionPredicate{Label: label, Field: field, GetAttrs: storage.DefaultNamespaceScopedAttr}
		},
		Storage: registry.DryRunnableStorage{Storage: store, Codec: codec},
	}
}

func describe(title string, object runtime.Object) {
	configMap := object.(*corev1.ConfigMap)
	fmt.Printf("%s: version %s, finalizers %v, text %q\n",
		title, configMap.ResourceVersion, configMap.Finalizers, configMap.Data["text"])
}

func main() {
	ctx := request.WithNamespace(request.NewContext(), "default")
	configMaps := openRegistry(os.Args[1])
	object := &corev1.ConfigMap{Data: map[string]string{"text": "old"}}
	object.APIVersion, object.Kind, object.Namespace, object.Name = "v1", "ConfigMap", "default", "a"
	object.Finalizers = []string{"example.com/clean"}
	created, err := configMaps.Create(ctx, object, rest.ValidateAllObjectFunc, &metav1.CreateOptions{})
	must(err)
	watched, err := configMaps.Watch(ctx, &internalversion.ListOptions{
		ResourceVersion: created.(*corev1.ConfigMap).ResourceVersion,
	})
	must(err)
	_, _, err = configMaps.Delete(ctx, "a", rest.ValidateAllObjectFunc, &metav1.DeleteOptions{})
	must(err)

	live, err := configMaps.Get(ctx, "a", &metav1.GetOptions{})
	must(err)
	last := live.DeepCopyObject().(*corev1.ConfigMap)
	last.APIVersion, last.Kind = "v1", "ConfigMap"
	last.Finalizers, last.Data["text"] = nil, "new"
	updated, _, err := configMaps.Update(ctx, "a", rest.DefaultUpdatedObjectInfo(last),
		rest.ValidateAllObjectFunc, rest.ValidateAllObjectUpdateFunc, false, &metav1.UpdateOptions{})
	must(err)
	describe("update", updated)
	for range 2 {
		event := <-watched.ResultChan()
		describe(string(event.Type), event.Object)
	}
}
GO
export GOFLAGS=-mod=mod GOWORK=off
go mod tidy >/dev/null 2>&1
seen=$(go run . "$dir" 2>/dev/null)
echo "$seen"
[ "$seen" = 'update: version 3, finalizers [], text "new"
MODIFIED: version 3, finalizers [example.com/clean], text "old"
DELETED: version 4, finalizers [example.com/clean], text "old"' ]
