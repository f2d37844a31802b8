// Engine-worker is the worker of the engine contract test in a cluster. As "train" or "score" it
// reads its spec, runs until it is told to end, and exits with 75 on SIGTERM. "end CODE", run in the
// same container, tells it to exit with a code.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
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
		if err := os.WriteFile(end+".partial", []byte(os.Args[2]), 0o600); err != nil {
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
		code, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			fail(err)
		}
		fmt.Printf("told to end with %d\n", code)
		os.Exit(code)
	}
}

func fail(err error) {
	fmt.Println(err)
	os.Exit(1)
}
