// Command probe is the program of the cluster's test containers.
//
//	probe exit SECONDS CODE     waits, then exits with the code
//	probe get URL               prints the status of a request; exits with 1 without an answer within 3 s
//	probe serve PORT TEXT       answers every HTTP request with the text
package main

import (
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) < 3 {
		fail("usage: probe exit SECONDS CODE | get URL | serve PORT TEXT")
	}
	switch os.Args[1] {
	case "exit":
		wait(time.Duration(number(2)) * time.Second)
		os.Exit(number(3))
	case "get":
		get(os.Args[2])
	case "serve":
		serve(number(2))
	default:
		fail("probe: no subcommand " + os.Args[1])
	}
}

func number(argument int) int {
	if len(os.Args) <= argument {
		fail("probe: an argument is missing")
	}
	n, err := strconv.Atoi(os.Args[argument])
	if err != nil {
		fail(err.Error())
	}
	return n
}

// wait ends early at SIGTERM, with the exit code of a terminated process.
func wait(duration time.Duration) {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	select {
	case <-time.After(duration):
	case <-stop:
		os.Exit(143)
	}
}

func get(url string) {
	client := &http.Client{Timeout: 3 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		fail(err.Error())
	}
	defer response.Body.Close()
	fmt.Println(response.Status)
}

func serve(port int) {
	text := ""
	if len(os.Args) > 3 {
		text = os.Args[3]
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, text) })
	fail(http.ListenAndServe(":"+strconv.Itoa(port), handler).Error())
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(1)
}
