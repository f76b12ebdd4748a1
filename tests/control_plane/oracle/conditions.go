package main

import (
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"
	watchtools "k8s.io/client-go/tools/watch"
)

// parseCondition reads "exists", "deleted", "label:K=V", "annotation:K=V",
// "data:K=V" or "condition:TYPE=STATUS". An ERROR event fails the wait.
func parseCondition(name, text string) (watchtools.ConditionFunc, error) {
	if text == "deleted" {
		return onEvent(name, func(event watch.Event, _ *unstructured.Unstructured) bool {
			return event.Type == watch.Deleted
		}), nil
	}
	matches, err := parseMatch(text)
	if err != nil {
		return nil, err
	}
	return onEvent(name, func(event watch.Event, object *unstructured.Unstructured) bool {
		return event.Type != watch.Deleted && matches(object)
	}), nil
}

func onEvent(name string, met func(watch.Event, *unstructured.Unstructured) bool) watchtools.ConditionFunc {
	return func(event watch.Event) (bool, error) {
		if event.Type == watch.Error {
			return false, apierrors.FromObject(event.Object)
		}
		object, ok := event.Object.(*unstructured.Unstructured)
		if !ok {
			return false, fmt.Errorf("unexpected object of type %T", event.Object)
		}
		if name != "" && object.GetName() != name {
			return false, nil
		}
		return met(event, object), nil
	}
}

// parseMatch gives the part of a condition that an object alone decides.
func parseMatch(text string) (func(*unstructured.Unstructured) bool, error) {
	if text == "exists" {
		return func(*unstructured.Unstructured) bool { return true }, nil
	}
	kind, rest, _ := strings.Cut(text, ":")
	key, value, ok := strings.Cut(rest, "=")
	if !ok {
		return nil, fmt.Errorf("cannot read condition %q", text)
	}
	switch kind {
	case "label":
		return func(o *unstructured.Unstructured) bool { return o.GetLabels()[key] == value }, nil
	case "annotation":
		return func(o *unstructured.Unstructured) bool { return o.GetAnnotations()[key] == value }, nil
	case "data":
		return func(o *unstructured.Unstructured) bool {
			found, _, _ := unstructured.NestedString(o.Object, "data", key)
			return found == value
		}, nil
	case "condition":
		return func(o *unstructured.Unstructured) bool { return hasCondition(o, key, value) }, nil
	}
	return nil, fmt.Errorf("cannot read condition %q", text)
}

func hasCondition(object *unstructured.Unstructured, kind, status string) bool {
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, condition := range conditions {
		entry, ok := condition.(map[string]any)
		if ok && entry["type"] == kind && entry["status"] == status {
			return true
		}
	}
	return false
}
