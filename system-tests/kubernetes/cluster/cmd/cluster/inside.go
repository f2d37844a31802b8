package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

const (
	apiListener = 3 // file descriptors that the outer process hands over
	alivePipe   = 4
	firstRole   = "WHETSTONE_CLUSTER_ROLE"
)

// runInside has two roles. The first process of the PID namespace sets up mounts and collects orphans, among them the
// shims of containerd; its only child starts and watches the programs of the cluster. When the first process ends, the
// kernel ends all others.
func runInside(args []string) error {
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	if os.Getenv(firstRole) == "supervisor" {
		return supervise(o)
	}
	l := layout{o.dir}
	endWithOuterProcess()
	if err := isolateMounts(l); err != nil {
		return err
	}
	if err := setUpNetwork(); err != nil {
		return err
	}
	return collectOrphans(args)
}

// endWithOuterProcess is the second of two safeguards; the first is the signal that the kernel sends when the outer
// process ends.
func endWithOuterProcess() {
	alive := os.NewFile(alivePipe, "outer process")
	go func() {
		_, _ = io.Copy(io.Discard, alive)
		os.Exit(1)
	}()
}

func collectOrphans(args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	supervisor := exec.Command(self, append([]string{insideCommand}, args...)...)
	supervisor.Env = append(os.Environ(), firstRole+"=supervisor")
	supervisor.Stdout, supervisor.Stderr = os.Stdout, os.Stderr
	supervisor.ExtraFiles = []*os.File{os.NewFile(apiListener, "API listener")}
	if err := supervisor.Start(); err != nil {
		return err
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() {
		<-stop
		_ = supervisor.Process.Signal(syscall.SIGTERM)
	}()
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return err
		}
		if pid == supervisor.Process.Pid {
			if status.Signaled() {
				return fmt.Errorf("the supervisor was ended by signal %s", status.Signal())
			}
			if status.ExitStatus() != 0 {
				return &exitCode{status.ExitStatus()}
			}
			return nil
		}
	}
}

func setUpNetwork() error {
	for _, command := range [][]string{
		{"ip", "link", "set", "lo", "up"},
		// The node's address. Every pod's interface has it as its gateway as well (CNI plugin ptp).
		{"ip", "address", "add", gateway + "/32", "dev", "lo"},
		// Other nodes have a default route. Without any, connections of the node to Services fail before kube-proxy's
		// rules replace the address.
		{"ip", "route", "add", services, "dev", "lo", "src", gateway},
	} {
		if err := run(command...); err != nil {
			return err
		}
	}
	return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644)
}

// forwardAPI connects clients of the host's loopback port with the API server in this network namespace.
func forwardAPI(port int) error {
	file := os.NewFile(apiListener, "API listener")
	listener, err := net.FileListener(file)
	if err != nil {
		return err
	}
	file.Close()
	go forward(listener, func() (net.Conn, error) {
		return net.DialTimeout("tcp4", fmt.Sprintf("127.0.0.1:%d", port), dialLimit)
	})
	return nil
}

func run(command ...string) error {
	output, err := exec.Command(command[0], command[1:]...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%v: %w: %s", command, err, output)
	}
	return nil
}
