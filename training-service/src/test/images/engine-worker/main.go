// Engine-worker is the worker of the engine contract test in a cluster. As "train" or "score" it
// reads its spec, runs until it is told to end, and exits with 75 on SIGTERM. "end CODE", run in the
// same container, tells it to exit with a code.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	end      = "/tmp/end"
	ready    = "/tmp/ready"
	saved    = 75
	badInput = 65
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "end" {
		order := fmt.Sprintf("%s %d", os.Args[2], os.Getpid())
		if err := os.WriteFile(end+".partial", []byte(order), 0o600); err != nil {
			fail(err)
		}
		if err := os.Rename(end+".partial", end); err != nil {
			fail(err)
		}
		return
	}
	if len(os.Args) == 2 && os.Args[1] == "ready" {
		if _, err := os.Stat(ready); err != nil {
			fail(err)
		}
		return
	}
	work()
}

func work() {
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	if len(os.Args) != 4 || os.Args[2] != "--spec" {
		fmt.Println("usage: engine-worker train|score --spec FILE")
		os.Exit(badInput)
	}
	spec, err := os.ReadFile(os.Args[3])
	if err != nil {
		fail(err)
	}
	if os.Getenv("WHETSTONE_WORKER_TOKEN") == "" {
		fmt.Println("no token")
		os.Exit(badInput)
	}
	fmt.Printf("worker is up: %s, %d bytes of spec\n", os.Args[1], len(spec))
	if err := os.WriteFile(ready, nil, 0o600); err != nil {
		fail(err)
	}
	for {
		select {
		case <-term:
			fmt.Println("saved a resume point")
			os.Exit(saved)
		case <-time.After(20 * time.Millisecond):
		}
		text, err := os.ReadFile(end)
		if err != nil {
			continue
		}
		var code, sender int
		if _, err := fmt.Sscan(string(text), &code, &sender); err != nil {
			fail(err)
		}
		fmt.Printf("told to end with %d\n", code)
		awaitEnd(sender)
		os.Exit(code)
	}
}

// awaitEnd waits until a process is gone, because the end of this one, the first of the container, would kill it before
// it has reported its success.
func awaitEnd(process int) {
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if syscall.Kill(process, 0) == syscall.ESRCH {
			return
		}
	}
}

func fail(err error) {
	fmt.Println(err)
	os.Exit(1)
}
