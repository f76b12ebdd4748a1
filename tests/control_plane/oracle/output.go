package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/watch"
)

// line is one line of output. Which members it has says what happened.
type line struct {
	// An event: its type, its object, or the Status of an ERROR.
	Type            string `json:"type,omitempty"`
	Name            string `json:"name,omitempty"`
	Namespace       string `json:"namespace,omitempty"`
	UID             string `json:"uid,omitempty"`
	ResourceVersion string `json:"resourceVersion,omitempty"`
	Code            int32  `json:"code,omitempty"`
	Reason          string `json:"reason,omitempty"`

	// A request that has been answered: its number, counted from 1 for each kind.
	Watch int `json:"watch,omitempty"`
	List  int `json:"list,omitempty"`

	// A wait: it was met, or it failed.
	ID   string `json:"id,omitempty"`
	Met  bool   `json:"met,omitempty"`
	Fail bool   `json:"failed,omitempty"`

	// An informer: it has synced; what its store held at the end.
	Synced bool    `json:"synced,omitempty"`
	Store  *[]line `json:"store,omitempty"`

	// The end, with the totals.
	Done    bool `json:"done,omitempty"`
	Events  *int `json:"events,omitempty"`
	Watches *int `json:"watches,omitempty"`
	Lists   *int `json:"lists,omitempty"`

	Message string `json:"message,omitempty"`
	At      int64  `json:"at,omitempty"` // Unix time in nanoseconds
}

// output writes lines, from any goroutine, and counts.
type output struct {
	mu                     sync.Mutex
	events, watches, lists int
}

func (o *output) write(l line) {
	if l.At == 0 {
		l.At = time.Now().UnixNano()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.encode(l)
}

// encode ends the program when its reader is gone: nobody is left to report to.
func (o *output) encode(l line) {
	if err := json.NewEncoder(os.Stdout).Encode(l); err != nil {
		os.Exit(1)
	}
}

// event reports an event, timed before anything else, and says how many came.
func (o *output) event(event watch.Event) int {
	l := describeEvent(event)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events++
	o.encode(l)
	return o.events
}

// request reports an answered list or watch; id is that of the wait it is for.
func (o *output) request(kind, id, resourceVersion string, err error) {
	l := line{ID: id, ResourceVersion: resourceVersion, At: time.Now().UnixNano()}
	if err != nil {
		l.Message = err.Error()
		l.Reason = string(apierrors.ReasonForError(err))
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if kind == "list" {
		o.lists++
		l.List = o.lists
	} else {
		o.watches++
		l.Watch = o.watches
	}
	o.encode(l)
}

func (o *output) done(err error) {
	o.mu.Lock()
	events, watches, lists := o.events, o.watches, o.lists
	o.mu.Unlock()
	l := line{Done: true, Events: &events, Watches: &watches, Lists: &lists}
	if err != nil {
		l.Message = err.Error()
	}
	o.write(l)
}

func describeEvent(event watch.Event) line {
	l := line{At: time.Now().UnixNano(), Type: string(event.Type)}
	if event.Type == watch.Error {
		err := apierrors.FromObject(event.Object)
		l.Message = err.Error()
		l.Reason = string(apierrors.ReasonForError(err))
		if status, ok := err.(apierrors.APIStatus); ok {
			l.Code = status.Status().Code
		}
		return l
	}
	l.describe(event.Object)
	return l
}

func (l *line) describe(object any) {
	accessor, err := meta.Accessor(object)
	if err != nil {
		l.Message = err.Error()
		return
	}
	l.Name = accessor.GetName()
	l.Namespace = accessor.GetNamespace()
	l.UID = string(accessor.GetUID())
	l.ResourceVersion = accessor.GetResourceVersion()
}

// readStdin gives a context that ends with standard input, and its lines where
// they are wanted: the channel is closed at the end of the input.
func readStdin(parent context.Context, wanted bool) (context.Context, <-chan []byte) {
	ctx, cancel := context.WithCancel(parent)
	lines := make(chan []byte)
	go func() {
		defer cancel()
		defer close(lines)
		if !wanted {
			_, _ = io.Copy(io.Discard, os.Stdin)
			return
		}
		scanner := bufio.NewScanner(os.Stdin)
		for scanner.Scan() {
			select {
			case lines <- append([]byte(nil), scanner.Bytes()...):
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx, lines
}
