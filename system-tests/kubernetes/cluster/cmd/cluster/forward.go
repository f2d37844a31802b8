package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const dialLimit = 10 * time.Second

// forward copies both directions of every accepted connection until the listener is closed.
func forward(listener net.Listener, dial func() (net.Conn, error)) {
	for {
		client, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		go func() {
			defer client.Close()
			server, err := dial()
			if err != nil {
				fmt.Fprintln(os.Stderr, "not forwarded:", err)
				return
			}
			defer server.Close()
			var both sync.WaitGroup
			both.Go(func() { copyUntilEnd(server, client) })
			both.Go(func() { copyUntilEnd(client, server) })
			both.Wait()
		}()
	}
}

func copyUntilEnd(to, from net.Conn) {
	_, err := io.Copy(to, from)
	if half, ok := to.(*net.TCPConn); ok && err == nil {
		_ = half.CloseWrite()
		return
	}
	to.Close()
	from.Close()
}

// expose serves a port of the host's loopback interface to pods.
func expose(args []string) error {
	port, _, inNamespace, err := forwardArguments("expose", args, 1)
	if err != nil {
		return err
	}
	var listener net.Listener
	err = inNamespace(func() error {
		listener, err = net.Listen("tcp4", net.JoinHostPort(gateway, strconv.Itoa(port)))
		return err
	})
	if err != nil {
		return err
	}
	fmt.Printf("pods reach 127.0.0.1:%d of this machine at %s:%d\n", port, gateway, port)
	return forwardUntilInterrupt(listener, func() (net.Conn, error) {
		return net.DialTimeout("tcp4", fmt.Sprintf("127.0.0.1:%d", port), dialLimit)
	})
}

// publish serves an address of the cluster on the host's loopback interface.
func publish(args []string) error {
	port, rest, inNamespace, err := forwardArguments("publish", args, 2)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	fmt.Printf("%s of the cluster is at %s\n", rest[1], listener.Addr())
	return forwardUntilInterrupt(listener, func() (connection net.Conn, err error) {
		err = inNamespace(func() error {
			connection, err = net.DialTimeout("tcp4", rest[1], dialLimit)
			return err
		})
		return connection, err
	})
}

func forwardArguments(name string, args []string, wanted int) (int, []string, func(func() error) error, error) {
	dir, rest, err := directory(name, args)
	if err != nil {
		return 0, nil, nil, err
	}
	if len(rest) != wanted {
		return 0, nil, nil, fmt.Errorf("%s takes %d arguments: %w", name, wanted, flag.ErrHelp)
	}
	port, err := strconv.Atoi(rest[0])
	if err != nil {
		return 0, nil, nil, err
	}
	inside, running := insideProcess(layout{dir})
	if !running {
		return 0, nil, nil, fmt.Errorf("no cluster runs in %s", dir)
	}
	namespace, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", inside))
	if err != nil {
		return 0, nil, nil, err
	}
	return port, rest, func(action func() error) error { return inNetwork(namespace, action) }, nil
}

// inNetwork runs an action on a thread in another network namespace. A socket belongs to the namespace in which it was
// created for as long as it exists, so that the thread is needed for its creation only.
func inNetwork(namespace *os.File, action func() error) error {
	done := make(chan error, 1)
	go func() {
		// Never unlocked: the thread ends with the goroutine instead of serving others in the wrong namespace.
		runtime.LockOSThread()
		if err := unix.Setns(int(namespace.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- err
			return
		}
		done <- action()
	}()
	return <-done
}

func forwardUntilInterrupt(listener net.Listener, dial func() (net.Conn, error)) error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-stop
		listener.Close()
	}()
	forward(listener, dial)
	return nil
}
