// Command oracle runs client-go's tools/watch against an API server and prints
// what it saw, one JSON object a line, so that a test can hold another
// implementation against it. It decides nothing: what it prints is what
// client-go delivered, with the time at which it did.
//
// It ends, with a last line that says "done", when its work is over, at
// --timeout, on SIGTERM or SIGINT, and when its standard input closes: a parent
// that is killed leaves no oracle behind.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// A command does its work until it is over or ctx is, and reports to out.
type command func(ctx context.Context, settings *settings, source *source, out *output) error

var commands = map[string]command{
	"retrywatcher":  runRetryWatcher,
	"until":         runUntil,
	"untilwithsync": runUntilWithSync,
	"informer":      runInformer,
}

// settings are the command line's.
type settings struct {
	server, token, tokenFile, caFile string
	clientCert, clientKey            string
	apiVersion, resource, namespace  string
	labelSelector, fieldSelector     string
	resourceVersion                  string
	name, condition                  string
	precondition, stdin              bool
	timeout, watchTimeout            time.Duration
	stopAfter                        int
	requests                         <-chan []byte // the lines of standard input, with --stdin
}

func parse(arguments []string) (command, *settings, error) {
	if len(arguments) == 0 {
		return nil, nil, errors.New("name a command: retrywatcher, until, untilwithsync or informer")
	}
	run, known := commands[arguments[0]]
	if !known {
		return nil, nil, fmt.Errorf("unknown command %q: use retrywatcher, until, untilwithsync or informer", arguments[0])
	}
	s := &settings{}
	flags := flag.NewFlagSet(arguments[0], flag.ContinueOnError)
	flags.StringVar(&s.server, "server", "", "URL of the API server")
	flags.StringVar(&s.token, "token", "", "bearer token")
	flags.StringVar(&s.tokenFile, "token-file", "", "file that holds the bearer token, read again while running")
	flags.StringVar(&s.caFile, "ca-file", "", "PEM file of the server's certificate authority")
	flags.StringVar(&s.clientCert, "client-cert", "", "PEM file of a client certificate")
	flags.StringVar(&s.clientKey, "client-key", "", "PEM file of its key")
	flags.StringVar(&s.apiVersion, "api-version", "v1", "such as apps/v1")
	flags.StringVar(&s.resource, "resource", "configmaps", "plural name of the resource")
	flags.StringVar(&s.namespace, "namespace", "", "namespace; empty: all")
	flags.StringVar(&s.labelSelector, "label-selector", "", "label selector")
	flags.StringVar(&s.fieldSelector, "field-selector", "", "field selector")
	flags.StringVar(&s.resourceVersion, "resource-version", "", "where the watch starts")
	flags.StringVar(&s.name, "name", "", "object that the condition looks at; empty: any")
	flags.StringVar(&s.condition, "condition", "exists", "exists, deleted, label:K=V, annotation:K=V, data:K=V or condition:TYPE=STATUS")
	flags.BoolVar(&s.precondition, "precondition", false, "untilwithsync: try the condition on the synced store first")
	flags.BoolVar(&s.stdin, "stdin", false, "until: read waits from standard input, one JSON object a line")
	flags.DurationVar(&s.timeout, "timeout", 0, "end after this time; 0: none")
	flags.DurationVar(&s.watchTimeout, "watch-timeout", 0, "asked of the server as timeoutSeconds for each watch; 0: client-go's own")
	flags.IntVar(&s.stopAfter, "stop-after", 0, "end after this many events; 0: none")
	if err := flags.Parse(arguments[1:]); err != nil {
		return nil, nil, err
	}
	if flags.NArg() > 0 {
		return nil, nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if s.server == "" {
		return nil, nil, errors.New("--server is missing")
	}
	return run, s, nil
}

func main() {
	run, s, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if s.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.timeout)
		defer cancel()
	}
	out := &output{}
	ctx, requests := readStdin(ctx, s.stdin)
	s.requests = requests
	source, err := newSource(s, out)
	if err == nil {
		err = run(ctx, s, source, out)
	}
	out.done(err)
	if err != nil {
		stop()
		os.Exit(1)
	}
}
