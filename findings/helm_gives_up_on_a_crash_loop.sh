#!/bin/sh
# What Helm's `--wait` does about a pod that is in a crash loop for a while, as
# pods are that wait for a database or for each other.
#
# Expected: it waits until the release is ready or its time is over, whatever kind
# the workload has.
# Seen (Helm 4.3.2, with the kstatus library that it is built with): for a
# Deployment it does. A StatefulSet counts as failed while one of its pods is in a
# crash loop, and what has failed is not waited for: if nothing else in the release
# is pending at that moment, the wait ends with an error, here 4 s before the pod
# is ready and a minute before the time is over. If something else is pending, the
# same StatefulSet has the time to become ready, and all is well. So what is
# slowest in a chart decides whether it can be installed. `--wait=legacy`, which is
# how Helm 3 waits, has none of this.
#
# Output seen:
#   watcher, StatefulSet: failed during the crash loop: resource StatefulSet/default/web not ready. status: Failed, message: 1 pods have failed
#   watcher, StatefulSet and a slow Deployment: ready after the crash loop
#   watcher, Deployment: ready after the crash loop
#   legacy, StatefulSet: ready after the crash loop
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
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"time"

	"helm.sh/helm/v4/pkg/kube"
	"k8s.io/cli-runtime/pkg/genericclioptions"
)

type object = map[string]any

var kinds = map[string]string{
	"deployments": "Deployment", "statefulsets": "StatefulSet", "replicasets": "ReplicaSet", "pods": "Pod",
}

// server is what Helm needs of a kube-apiserver. Its watches send all objects
// again each time that they change.
type server struct {
	mutex   sync.Mutex
	version int
	objects map[string][]object
	changed chan struct{}
}

func (s *server) set(objects map[string][]object) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.version++
	for _, list := range objects {
		for _, each := range list {
			each["metadata"].(object)["resourceVersion"] = fmt.Sprint(s.version)
		}
	}
	s.objects = objects
	if s.changed != nil {
		close(s.changed)
	}
	s.changed = make(chan struct{})
}

func (s *server) get(resource string) (list []object, version string, changed <-chan struct{}) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.objects[resource], fmt.Sprint(s.version), s.changed
}

func discovery(path string) object {
	resource := func(name string) object {
		return object{"name": name, "namespaced": true, "kind": kinds[name], "verbs": []string{"get", "list", "watch"}}
	}
	apps := object{"groupVersion": "apps/v1", "version": "v1"}
	return map[string]object{
		"/version": {"major": "1", "minor": "37", "gitVersion": "v1.37.2"},
		"/api":     {"kind": "APIVersions", "versions": []string{"v1"}},
		"/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []object{
			{"name": "apps", "versions": []object{apps}, "preferredVersion": apps}}},
		"/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": []object{resource("pods")}},
		"/apis/apps/v1": {"kind": "APIResourceList", "groupVersion": "apps/v1", "resources": []object{
			resource("deployments"), resource("statefulsets"), resource("replicasets")}},
	}[path]
}

func (s *server) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	response.Header().Set("Content-Type", "application/json")
	send := func(value any) {
		json.NewEncoder(response).Encode(value)
		response.(http.Flusher).Flush()
	}
	if answer := discovery(request.URL.Path); answer != nil {
		send(answer)
		return
	}
	_, path, _ := strings.Cut(request.URL.Path, "/namespaces/default/")
	resource, name, _ := strings.Cut(path, "/")
	list, version, changed := s.get(resource)
	switch query := request.URL.Query(); {
	case query.Get("sendInitialEvents") != "": // As servers before 1.34 answer.
		response.WriteHeader(http.StatusUnprocessableEntity)
		send(object{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Invalid", "code": 422})
	case query.Get("watch") != "":
		for response.(http.Flusher).Flush(); ; {
			select {
			case <-request.Context().Done():
				return
			case <-changed:
				list, _, changed = s.get(resource)
			}
			for _, each := range list {
				send(object{"type": "MODIFIED", "object": each})
			}
		}
	case name != "":
		for _, each := range list {
			if each["metadata"].(object)["name"] == name {
				send(each)
			}
		}
	default:
		group := "apps/v1"
		if resource == "pods" {
			group = "v1"
		}
		send(object{"kind": kinds[resource] + "List", "apiVersion": group,
			"metadata": object{"resourceVersion": version}, "items": append([]object{}, list...)})
	}
}

// workload is a Deployment or a StatefulSet of two replicas.
func workload(kind, name string, ready int) object {
	status := object{
		"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "currentReplicas": 2,
		"readyReplicas": ready, "availableReplicas": ready, "currentRevision": "1", "updateRevision": "1",
	}
	if kind == "Deployment" {
		reason, available := "ReplicaSetUpdated", "False"
		if ready == 2 {
			reason, available = "NewReplicaSetAvailable", "True"
		}
		status["conditions"] = []object{
			{"type": "Progressing", "status": "True", "reason": reason},
			{"type": "Available", "status": available},
		}
	}
	return object{
		"kind": kind, "apiVersion": "apps/v1",
		"metadata": object{"name": name, "namespace": "default", "uid": name, "generation": 1},
		"spec":     object{"replicas": 2, "updateStrategy": object{"type": "RollingUpdate"}, "selector": object{"matchLabels": object{"app": name}}},
		"status":   status,
	}
}

// pods are those of "web", the first ready of them ready, the others in a crash loop.
func pods(ready int) (list []object) {
	for number := range 2 {
		state, condition := object{"running": object{}}, "True"
		if number >= ready {
			state, condition = object{"waiting": object{"reason": "CrashLoopBackOff"}}, "False"
		}
		list = append(list, object{
			"kind": "Pod", "apiVersion": "v1",
			"metadata": object{"name": fmt.Sprint("web-", number), "namespace": "default", "labels": object{"app": "web"}},
			"status": object{
				"phase":             "Running",
				"conditions":        []object{{"type": "Ready", "status": condition}},
				"containerStatuses": []object{{"name": "web", "state": state}},
			},
		})
	}
	return list
}

func try(strategy kube.WaitStrategy, kind string, others bool) {
	s := &server{}
	set := func(web, slow int) {
		objects := map[string][]object{"pods": pods(web)}
		resource := strings.ToLower(kind) + "s"
		objects[resource] = []object{workload(kind, "web", web)}
		objects["deployments"] = append(objects["deployments"], workload("Deployment", "slow", slow))
		s.set(objects)
	}
	set(1, 0)
	listener := httptest.NewServer(s)
	manifests, title := []object{workload(kind, "web", 0)}, fmt.Sprintf("%s, %s", strategy, kind)
	if others {
		manifests, title = append(manifests, workload("Deployment", "slow", 0)), title+" and a slow Deployment"
	}
	text := ""
	for _, manifest := range manifests {
		one, _ := json.Marshal(manifest)
		text += string(one) + "\n---\n"
	}
	flags, namespace := genericclioptions.NewConfigFlags(false), "default"
	flags.APIServer, flags.Namespace = &listener.URL, &namespace
	client := kube.New(flags)
	client.SetLogger(slog.DiscardHandler)
	list, err := client.Build(strings.NewReader(text), false)
	if err == nil {
		err = client.SetWaiter(strategy)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	go func() {
		time.Sleep(4 * time.Second)
		set(2, 0)
		time.Sleep(2 * time.Second)
		set(2, 2)
	}()
	start := time.Now()
	err = client.Wait(list, time.Minute)
	end := "after the crash loop"
	if time.Since(start) < 3*time.Second {
		end = "during the crash loop"
	}
	if err == nil {
		fmt.Printf("%s: ready %s\n", title, end)
	} else {
		fmt.Printf("%s: failed %s: %v\n", title, end, err)
	}
}

func main() {
	try(kube.StatusWatcherStrategy, "StatefulSet", false)
	try(kube.StatusWatcherStrategy, "StatefulSet", true)
	try(kube.StatusWatcherStrategy, "Deployment", false)
	try(kube.LegacyStrategy, "StatefulSet", false)
}
GO
export GOFLAGS=-mod=mod GOWORK=off
go mod tidy >/dev/null 2>&1
seen=$(go run . 2>/dev/null)
echo "$seen"
[ "$seen" = 'watcher, StatefulSet: failed during the crash loop: resource StatefulSet/default/web not ready. status: Failed, message: 1 pods have failed
watcher, StatefulSet and a slow Deployment: ready after the crash loop
watcher, Deployment: ready after the crash loop
legacy, StatefulSet: ready after the crash loop' ]
