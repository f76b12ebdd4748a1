#!/bin/sh
# Which version a client is given for an object that it creates, where kine is
# the store of kube-apiserver, as in k3s.
#
# Expected: the answer to a creation carries the revision of that creation, as
# etcd's does. kube-apiserver returns it as metadata.resourceVersion of the new
# object, and a watch from there on sees every later change of it.
# Seen (github.com/k3s-io/kine v0.17.5 over SQLite): where a key of that name has
# been deleted before and is not compacted yet, the answer carries the latest
# revision of all keys at that moment, which may be that of a later write to any
# other key. The key itself has the right revision, which a read shows. A
# watch from the answer's version misses what has happened in between.
#
# Output seen (the number varies, since it takes two writers at once):
#   first creations answered with another revision: 0 of 8
#   later creations answered with another revision: some (119 of 792)
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'MOD'
module probe

go 1.26.5

require (
	github.com/k3s-io/kine v0.17.5
	go.etcd.io/etcd/client/v3 v3.7.3
)
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/k3s-io/kine/pkg/endpoint"
	"github.com/sirupsen/logrus"
	"go.etcd.io/etcd/client/v3"
)

const writers, rounds = 8, 100

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func main() {
	logrus.SetOutput(io.Discard)
	ctx := context.Background()
	parameters := "_journal_mode=WAL&_busy_timeout=30000&_synchronous=NORMAL&_txlock=immediate&cache=shared"
	server, err := endpoint.Listen(ctx, endpoint.Config{
		Listener:         "unix://" + os.Args[1] + "/kine.sock",
		Endpoint:         "sqlite://" + os.Args[1] + "/state.db?" + parameters,
		NotifyInterval:   5 * time.Second,
		PollInterval:     time.Second,
		PollBatchSize:    500,
		CompactBatchSize: 1000,
	})
	must(err)
	client, err := clientv3.New(clientv3.Config{Endpoints: server.Endpoints})
	must(err)
	var first, later atomic.Int64
	var work sync.WaitGroup
	for writer := range writers {
		work.Go(func() {
			key := fmt.Sprintf("/registry/configmaps/default/%d", writer)
			for round := range rounds {
				// What kube-apiserver sends to create and to delete an object.
				created, err := client.Txn(ctx).
					If(clientv3.Compare(clientv3.ModRevision(key), "=", 0)).
					Then(clientv3.OpPut(key, "value")).Commit()
				must(err)
				read, err := client.Get(ctx, key)
				must(err)
				revision := read.Kvs[0].ModRevision
				if created.Header.Revision != revision {
					if round == 0 {
						first.Add(1)
					} else {
						later.Add(1)
					}
				}
				_, err = client.Txn(ctx).
					If(clientv3.Compare(clientv3.ModRevision(key), "=", revision)).
					Then(clientv3.OpDelete(key)).Else(clientv3.OpGet(key)).Commit()
				must(err)
			}
		})
	}
	work.Wait()
	some := "none"
	if later.Load() > 0 {
		some = "some"
	}
	fmt.Printf("first creations answered with another revision: %d of %d\n", first.Load(), writers)
	fmt.Printf("later creations answered with another revision: %s (%d of %d)\n", some, later.Load(), writers*(rounds-1))
}
GO
export GOFLAGS=-mod=mod GOWORK=off CGO_ENABLED=1
go mod tidy >/dev/null 2>&1
seen=$(go run -trimpath . "$dir")
echo "$seen"
echo "$seen" | grep -qx 'first creations answered with another revision: 0 of 8'
echo "$seen" | grep -q '^later creations answered with another revision: some '
