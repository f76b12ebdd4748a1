// Command informer_go syncs client-go's dynamic informer once and prints how
// long that took, as a line of JSON: informer_go SERVER COUNT.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/rest"
)

var pods = schema.GroupVersionResource{Version: "v1", Resource: "pods"}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(server, count string) error {
	client, err := dynamic.NewForConfig(&rest.Config{Host: server, QPS: -1})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	start := time.Now()
	// The namespace tells the server the number of pods.
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(client, 0, count, nil)
	informer := factory.ForResource(pods).Informer()
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	elapsed := time.Since(start)

	wanted, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	if found := len(informer.GetStore().ListKeys()); found != wanted {
		return fmt.Errorf("the cache holds %d objects of %d", found, wanted)
	}
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return json.NewEncoder(os.Stdout).Encode(map[string]float64{
		"syncMs":    float64(elapsed.Microseconds()) / 1000,
		"heapBytes": float64(memory.HeapAlloc),
		"peakBytes": peakBytes(),
	})
}

// peakBytes returns the peak memory usage of this process on Linux.
func peakBytes() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(status), "\n") {
		var kilobytes float64
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kilobytes); n == 1 {
			return kilobytes * 1024
		}
	}
	return 0
}
