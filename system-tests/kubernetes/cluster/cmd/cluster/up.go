package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	insideCommand = "inside"
	readyLine     = "READY"
	upLimit       = 3 * time.Minute
)

// options are the settings of a cluster; the process inside the namespaces gets them as flags.
type options struct {
	dir, bin, resources string
	port, owner         int
	detach, policies    bool
}

func parseOptions(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("up", flag.ContinueOnError)
	flags.StringVar(&o.dir, "dir", "", "folder of the cluster")
	flags.StringVar(&o.bin, "bin", "", "folder of the programs kube and node and of pause.tar")
	flags.IntVar(&o.port, "port", apiPort, "port of the API server on the host's loopback interface")
	flags.BoolVar(&o.detach, "detach", false, "return when the node is ready")
	flags.BoolVar(&o.policies, "enforce-policies", false, "enforce NetworkPolicies")
	flags.IntVar(&o.owner, "owner", 0, "id of a process with whose end the cluster ends; 0 for none")
	flags.StringVar(&o.resources, "resource", "", "extended resource of the node, for example nvidia.com/gpu=2")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.dir == "" || o.bin == "" {
		return o, errors.New("--dir and --bin are needed")
	}
	var err error
	if o.dir, err = filepath.Abs(o.dir); err != nil {
		return o, err
	}
	o.bin, err = filepath.Abs(o.bin)
	return o, err
}

func (o options) arguments() []string {
	a := []string{"--dir", o.dir, "--bin", o.bin, "--port", strconv.Itoa(o.port), "--resource", o.resources,
		"--owner", strconv.Itoa(o.owner)}
	if o.policies {
		a = append(a, "--enforce-policies")
	}
	return a
}

func up(args []string) error {
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	if missing := missingParts(); len(missing) > 0 {
		return fmt.Errorf("this machine cannot run the cluster: %s", strings.Join(missing, "; "))
	}
	if o.detach {
		return upDetached(o)
	}
	// The process inside is ended by the kernel when the thread that started it ends.
	runtime.LockOSThread()
	lock, err := takeLock()
	if err != nil {
		return err
	}
	defer lock.Close()
	l := layout{o.dir}
	if err := removeRemains(l); err != nil {
		return err
	}
	before, err := inventory()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(l.dir, 0o755); err != nil {
		return err
	}
	if err := before.write(l.snapshot()); err != nil {
		return err
	}
	if err := l.prepare(o); err != nil {
		return errors.Join(err, removeRemains(l))
	}
	return errors.Join(superviseInside(l, o), removeRemains(l), reportRemains(before))
}

// superviseInside starts the first process of the namespaces, and ends it at an interrupt.
func superviseInside(l layout, o options) error {
	listener, err := net.Listen("tcp4", "127.0.0.1:"+strconv.Itoa(o.port))
	if err != nil {
		return fmt.Errorf("port %d of the API server is in use: %w; choose another with --port", o.port, err)
	}
	api, err := listener.(*net.TCPListener).File()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	alive, ours, err := os.Pipe()
	if err != nil {
		return err
	}
	interrupted := make(chan os.Signal, 2)
	signal.Notify(interrupted, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	inside := exec.Command(self, append([]string{insideCommand}, o.arguments()...)...)
	inside.Stdout, inside.Stderr = os.Stdout, os.Stderr
	inside.ExtraFiles = []*os.File{api, alive}
	inside.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC,
		Pdeathsig:  syscall.SIGKILL,
		Setpgid:    true, // Ctrl-C reaches this process only, which then stops the others in order
	}
	if err := inside.Start(); err != nil {
		return fmt.Errorf("starting in new namespaces: %w (root with CAP_SYS_ADMIN is needed)", err)
	}
	listener.Close()
	api.Close()
	alive.Close()
	defer ours.Close()
	if err := os.WriteFile(l.pid(), []byte(strconv.Itoa(inside.Process.Pid)), 0o644); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- inside.Wait() }()
	select {
	case err = <-ended:
	case <-endOf(o.owner):
		_ = inside.Process.Kill()
		<-ended
	case <-interrupted:
		_ = inside.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-interrupted:
			_ = inside.Process.Kill()
			<-ended
		case <-time.After(20 * time.Second):
			_ = inside.Process.Kill()
			<-ended
		}
		err = nil
	}
	return err
}

// endOf returns a channel that is closed when the process ends; never for none.
func endOf(owner int) <-chan struct{} {
	ended := make(chan struct{})
	if owner > 0 {
		go func() {
			for exists(owner) {
				time.Sleep(500 * time.Millisecond)
			}
			close(ended)
		}()
	}
	return ended
}

// upDetached runs the same program in a session of its own, and waits for its READY line.
func upDetached(o options) error {
	l := layout{o.dir}
	if err := os.MkdirAll(l.path("log"), 0o755); err != nil {
		return err
	}
	out, err := os.Create(l.log("cluster"))
	if err != nil {
		return err
	}
	defer out.Close()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	command := exec.Command(self, append([]string{"up"}, o.arguments()...)...)
	command.Stdout, command.Stderr = out, out
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := command.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, syscall.SIGINT, syscall.SIGTERM)
	shown, late := 0, time.After(upLimit)
	for {
		lines := readLines(l.log("cluster"))
		for ; shown < len(lines); shown++ {
			fmt.Println(lines[shown])
			if strings.HasPrefix(lines[shown], readyLine) {
				return nil
			}
		}
		select {
		case <-ended:
			return fmt.Errorf("the cluster did not start; full output: %s", l.log("cluster"))
		case <-interrupted:
			_ = command.Process.Signal(syscall.SIGTERM)
			<-ended
			return &exitCode{130}
		case <-late:
			_ = command.Process.Signal(syscall.SIGTERM)
			<-ended
			return fmt.Errorf("the cluster was not ready in %s; logs: %s", upLimit, l.path("log"))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// readLines returns the complete lines of a file that grows.
func readLines(path string) []string {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	var lines []string
	reader := bufio.NewReader(file)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return lines
		}
		lines = append(lines, strings.TrimSuffix(line, "\n"))
	}
}
