#!/bin/sh
# What `kubectl get --watch` does with an ERROR event, which is how a server ends a
# watch whose resource version has become too old, or that it can't go on with.
#
# Expected: a message on stderr and an exit status other than 0, as for every other
# answer of the server that is an error.
# Seen (k8s.io/kubectl 0.37.2): the error is printed on stdout as if it were the
# next object, in whatever form the output has. With `-o name` a script that reads
# names is given `status/<unknown>`, and in a table without headers the name of the
# pod is `Failure`. Then kubectl exits with status 0, as it does when the watch has
# come to its end.
#
# Output seen (a pod `a`, a second one `b`, and the error):
#   get pods --watch --output=name:
#   pod/a
#   pod/b
#   status/<unknown>
#   stderr: "", exit status 0
#   get pods --watch --no-headers:
#   a     <unknown>
#   b     <unknown>
#   Failure   Expired   too old resource version: 101 (205)
#   stderr: "", exit status 0
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'MOD'
module probe

go 1.26.0

require (
	k8s.io/cli-runtime v0.37.2
	k8s.io/kubectl v0.37.2
)
MOD
cat >main.go <<'GO'
package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"

	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/kubectl/pkg/cmd/get"
	cmdutil "k8s.io/kubectl/pkg/cmd/util"
)

const (
	pod     = `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"%s","namespace":"default","resourceVersion":"101"}}`
	expired = `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version: 101 (205)","reason":"Expired","code":410}`
)

// answer serves one pod, and a watch that brings another, and then an error.
func answer(response http.ResponseWriter, request *http.Request) {
	response.Header().Set("Content-Type", "application/json")
	switch {
	case request.URL.Path == "/api":
		io.WriteString(response, `{"kind":"APIVersions","versions":["v1"]}`)
	case request.URL.Path == "/apis":
		io.WriteString(response, `{"kind":"APIGroupList","apiVersion":"v1","groups":[]}`)
	case request.URL.Path == "/api/v1":
		io.WriteString(response, `{"kind":"APIResourceList","groupVersion":"v1","resources":[{"name":"pods","namespaced":true,"kind":"Pod","verbs":["get","list","watch"]}]}`)
	case request.URL.Query().Get("watch") != "":
		fmt.Fprintf(response, `{"type":"ADDED","object":`+pod+"}\n", "b")
		fmt.Fprintf(response, `{"type":"ERROR","object":%s}`+"\n", expired)
	default:
		fmt.Fprintf(response, `{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"101"},"items":[`+pod+`]}`, "a")
	}
}

func main() {
	server := httptest.NewServer(http.HandlerFunc(answer))
	namespace := "default"
	for _, output := range []string{"--output=name", "--no-headers"} {
		flags := genericclioptions.NewConfigFlags(false)
		flags.APIServer, flags.Namespace = &server.URL, &namespace
		status := 0
		cmdutil.BehaviorOnFatal(func(_ string, code int) { status = code })
		out, errors := &bytes.Buffer{}, &bytes.Buffer{}
		streams := genericiooptions.IOStreams{In: os.Stdin, Out: out, ErrOut: errors}
		command := get.NewCmdGet("kubectl", cmdutil.NewFactory(flags), streams)
		command.SetArgs([]string{"pods", "--watch", output})
		if err := command.Execute(); err != nil {
			fmt.Println(err)
			os.Exit(2)
		}
		fmt.Printf("get pods --watch %s:\n%sstderr: %q, exit status %d\n", output, out, errors, status)
	}
}
GO
export GOFLAGS=-mod=mod GOWORK=off
go mod tidy >/dev/null 2>&1
seen=$(go run . 2>/dev/null)
echo "$seen"
[ "$seen" = 'get pods --watch --output=name:
pod/a
pod/b
status/<unknown>
stderr: "", exit status 0
get pods --watch --no-headers:
a     <unknown>
b     <unknown>
Failure   Expired   too old resource version: 101 (205)
stderr: "", exit status 0' ]
