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
	port, _, network, err := forwardArguments("expose", args, 1)
	if err != nil {
		return err
	}
	var listener net.Listener
	err = network.run(func() error {
		listener, err = net.Listen("tcp4", net.JoinHostPort(gateway, strconv.Itoa(port)))
		return err
	})
	if err != nil {
		return err
	}
	fmt.Printf("pods reach 127.0.0.1:%d of this machine at %s:%d\n", port, gateway, port)
	return network.forwardUntilEnd(listener, func() (net.Conn, error) {
		return net.DialTimeout("tcp4", fmt.Sprintf("127.0.0.1:%d", port), dialLimit)
	})
}

// publish serves an address of the cluster on the host's loopback interface.
func publish(args []string) error {
	port, rest, network, err := forwardArguments("publish", args, 2)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	fmt.Printf("%s of the cluster is at %s\n", rest[1], listener.Addr())
	return network.forwardUntilEnd(listener, func() (connection net.Conn, err error) {
		err = network.run(func() error {
			connection, err = net.DialTimeout("tcp4", rest[1], dialLimit)
			return err
		})
		return connection, err
	})
}

// clusterNetwork is the network of a running cluster.
type clusterNetwork struct {
	namespace *os.File
	// process is a pidfd of the first process inside; all others end with it.
	process int
}

func forwardArguments(name string, args []string, wanted int) (int, []string, *clusterNetwork, error) {
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
	process, err := unix.PidfdOpen(inside, 0)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("the cluster in %s: %w", dir, err)
	}
	namespace, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", inside))
	if err != nil {
		return 0, nil, nil, err
	}
	return port, rest, &clusterNetwork{namespace: namespace, process: process}, nil
}

// run runs an action on a thread in the cluster's network namespace. A socket belongs to the namespace in which it was
// created for as long as it exists, so that the thread is needed for its creation only.
func (n *clusterNetwork) run(action func() error) error {
	done := make(chan error, 1)
	go func() {
		// Never unlocked: the thread ends with the goroutine instead of serving others in the wrong namespace.
		runtime.LockOSThread()
		if err := unix.Setns(int(n.namespace.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- err
			return
		}
		done <- action()
	}()
	return <-done
}

// forwardUntilEnd forwards until an interrupt or the end of the cluster: the program that started this one may have been
// killed, and the port would stay taken.
func (n *clusterNetwork) forwardUntilEnd(listener net.Listener, dial func() (net.Conn, error)) error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	ended := make(chan struct{})
	go func() {
		n.awaitEnd()
		close(ended)
	}()
	go func() {
		select {
		case <-stop:
		case <-ended:
			fmt.Fprintln(os.Stderr, "the cluster has ended")
		}
		listener.Close()
	}()
	forward(listener, dial)
	return nil
}

// awaitEnd returns when the first process inside has ended.
func (n *clusterNetwork) awaitEnd() {
	for {
		_, err := unix.Poll([]unix.PollFd{{Fd: int32(n.process), Events: unix.POLLIN}}, -1)
		if !errors.Is(err, unix.EINTR) {
			return
		}
	}
}
