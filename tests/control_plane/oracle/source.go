package main

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// source is the collection that is listed and watched. Every request through it
// is reported.
type source struct {
	settings *settings
	client   dynamic.ResourceInterface
	out      *output
}

func newSource(s *settings, out *output) (*source, error) {
	groupVersion, err := schema.ParseGroupVersion(s.apiVersion)
	if err != nil {
		return nil, err
	}
	client, err := dynamic.NewForConfig(&rest.Config{
		Host:            s.server,
		BearerToken:     s.token,
		BearerTokenFile: s.tokenFile,
		TLSClientConfig: rest.TLSClientConfig{CAFile: s.caFile, CertFile: s.clientCert, KeyFile: s.clientKey},
		QPS:             -1, // what is measured is the watching, not the client's own throttle
		UserAgent:       "watchtools-oracle",
	})
	if err != nil {
		return nil, err
	}
	collection := client.Resource(groupVersion.WithResource(s.resource))
	if s.namespace == "" {
		return &source{s, collection, out}, nil
	}
	return &source{s, collection.Namespace(s.namespace), out}, nil
}

// listWatch is what client-go's functions take. id names the wait it is for.
func (s *source) listWatch(id string) *cache.ListWatch {
	return &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			s.apply(&options)
			list, err := s.client.List(ctx, options)
			s.out.request("list", id, options.ResourceVersion, err)
			if err != nil {
				return nil, err
			}
			return list, nil
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			s.apply(&options)
			if s.settings.watchTimeout > 0 {
				seconds := int64((s.settings.watchTimeout + time.Second - 1) / time.Second)
				options.TimeoutSeconds = &seconds
			}
			watcher, err := s.client.Watch(ctx, options)
			s.out.request("watch", id, options.ResourceVersion, err)
			return watcher, err
		},
	}
}

func (s *source) apply(options *metav1.ListOptions) {
	options.LabelSelector = s.settings.labelSelector
	options.FieldSelector = s.settings.fieldSelector
}
