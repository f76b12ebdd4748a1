#!/bin/sh
# When Helm's wait for deletion, as in `helm uninstall --wait`, is over.
#
# Expected: once all objects of the release are gone, however long the server
# takes to list one kind of them, as it may for a custom resource or when requests
# are limited.
# Seen (Helm 4.3.2, with the kstatus library that it is built with): each kind is
# listed and watched by itself, and an object of which nothing is known yet counts
# as gone, since one that was gone before the wait began is never heard of. If an
# object of one kind is deleted before the list of another has come, all that is
# known is gone: the wait ends without an error, while the objects of the slow list
# are there. What is installed next meets them.
#
# Output seen (a ConfigMap is gone after 1 s, a claim after 5 s):
#   both lists come at once: the wait ends when both are gone, error <nil>
#   the list of claims takes 2 s: the wait ends while the claim is still there, error <nil>
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'MOD'
module probe

go 1.26.0

require (
	helm.sh/helm/v4 v4.3.2
	k8s.io/cli-runtime v0.37.2
)
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"helm.sh/helm/v4/pkg/kube"
	"k8s.io/cli-runtime/pkg/genericclioptions"
)

const (
	configMap = `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"settings","namespace":"default","uid":"1","resourceVersion":"100"}}`
	claim     = `{"kind":"PersistentVolumeClaim","apiVersion":"v1","metadata":{"name":"data","namespace":"default","uid":"2","resourceVersion":"100","deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["kubernetes.io/pvc-protection"]},"status":{"phase":"Bound"}}`
	list      = `{"kind":"%sList","apiVersion":"v1","metadata":{"resourceVersion":"100"},"items":[%s]}`
	discovery = `{"kind":"APIResourceList","groupVersion":"v1","resources":[
		{"name":"configmaps","namespaced":true,"kind":"ConfigMap","verbs":["get","list","watch"]},
		{"name":"persistentvolumeclaims","namespaced":true,"kind":"PersistentVolumeClaim","verbs":["get","list","watch"]}]}`
	unsupported = `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Invalid","code":422}`
)

// server has a ConfigMap that is gone after a second, and a claim that is gone
// after five.
type server struct {
	begin time.Time
	// How long the list of claims takes.
	listTime time.Duration
}

func (s server) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	response.Header().Set("Content-Type", "application/json")
	send := func(format string, values ...any) {
		fmt.Fprintf(response, format+"\n", values...)
		response.(http.Flusher).Flush()
	}
	kind, object, life := "ConfigMap", configMap, time.Second
	if strings.Contains(request.URL.Path, "persistentvolumeclaims") {
		kind, object, life = "PersistentVolumeClaim", claim, 5*time.Second
	}
	switch query := request.URL.Query(); {
	case request.URL.Path == "/version":
		send(`{"major":"1","minor":"37","gitVersion":"v1.37.2"}`)
	case request.URL.Path == "/api":
		send(`{"kind":"APIVersions","versions":["v1"]}`)
	case request.URL.Path == "/apis":
		send(`{"kind":"APIGroupList","apiVersion":"v1","groups":[]}`)
	case request.URL.Path == "/api/v1":
		send(discovery)
	case query.Get("sendInitialEvents") != "": // As servers without WatchLists answer.
		response.WriteHeader(http.StatusUnprocessableEntity)
		send(unsupported)
	case query.Get("watch") != "":
		response.(http.Flusher).Flush()
		time.Sleep(time.Until(s.begin.Add(life)))
		send(`{"type":"DELETED","object":%s}`, object)
		<-request.Context().Done()
	default:
		if object == claim {
			time.Sleep(s.listTime)
		}
		send(list, kind, object)
	}
}

func try(title string, listTime time.Duration) {
	begin := time.Now()
	listener := httptest.NewServer(server{begin, listTime})
	flags, namespace := genericclioptions.NewConfigFlags(false), "default"
	flags.APIServer, flags.Namespace = &listener.URL, &namespace
	client := kube.New(flags)
	client.SetLogger(slog.DiscardHandler)
	resources, err := client.Build(strings.NewReader(configMap+"\n---\n"+claim), false)
	if err == nil {
		err = client.SetWaiter(kube.StatusWatcherStrategy)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	err = client.WaitForDelete(resources, 30*time.Second)
	when := "when both are gone"
	if time.Since(begin) < 4*time.Second {
		when = "while the claim is still there"
	}
	fmt.Printf("%s: the wait ends %s, error %v\n", title, when, err)
}

func main() {
	try("both lists come at once", 0)
	try("the list of claims takes 2 s", 2*time.Second)
}
GO
export GOFLAGS=-mod=mod GOWORK=off
go mod tidy >/dev/null 2>&1
seen=$(go run . 2>/dev/null)
echo "$seen"
[ "$seen" = 'both lists come at once: the wait ends when both are gone, error <nil>
the list of claims takes 2 s: the wait ends while the claim is still there, error <nil>' ]
