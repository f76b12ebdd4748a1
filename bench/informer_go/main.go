// Command informer_go syncs client-go's dynamic informer once and prints how
// long that took, as a line of JSON: informer_go SERVER COUNT [LAST-VERSION].
// With a version, it then keeps the cache current until it has that version,
// and prints what that took.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

var pods = schema.GroupVersionResource{Version: "v1", Resource: "pods"}

func main() {
	last := ""
	if len(os.Args) > 3 {
		last = os.Args[3]
	}
	if err := run(os.Args[1], os.Args[2], last); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(server, count, last string) error {
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
	if last != "" {
		return keepCurrent(informer, last, elapsed)
	}

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
		"syncMs":    milliseconds(elapsed),
		"heapBytes": float64(memory.HeapAlloc),
		"peakBytes": memoryOf("VmHWM"),
	})
}

// keepCurrent waits until the cache has a version, and prints what that took.
func keepCurrent(informer cache.SharedIndexInformer, last string, syncTime time.Duration) error {
	syncCPU := cpuTime()
	start := time.Now()
	for informer.LastSyncResourceVersion() != last {
		time.Sleep(10 * time.Millisecond)
	}
	busyTime, busyCPU := time.Since(start), cpuTime()-syncCPU
	peak, current := memoryOf("VmHWM"), memoryOf("VmRSS")
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return json.NewEncoder(os.Stdout).Encode(map[string]float64{
		"syncMs":    milliseconds(syncTime),
		"syncCpuMs": milliseconds(syncCPU),
		"busyMs":    milliseconds(busyTime),
		"busyCpuMs": milliseconds(busyCPU),
		"rssBytes":  current,
		"peakBytes": peak,
		"heapBytes": float64(memory.HeapAlloc),
	})
}

func milliseconds(duration time.Duration) float64 {
	return float64(duration.Microseconds()) / 1000
}

// cpuTime returns the processor time of this process so far.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// memoryOf returns a figure of this process on Linux, in bytes.
func memoryOf(name string) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(status), "\n") {
		var kilobytes float64
		if n, _ := fmt.Sscanf(line, name+": %f kB", &kilobytes); n == 1 {
			return kilobytes * 1024
		}
	}
	return 0
}
