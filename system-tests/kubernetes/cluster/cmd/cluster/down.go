package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The lock is the machine's, not the checkout's: the cgroup and the port exist once.
const lockFile = "/tmp/whetstone-cluster.lock"

func takeLock() (*os.File, error) {
	file, err := os.OpenFile(lockFile, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(lockFile)
		file.Close()
		return nil, fmt.Errorf("another cluster runs on this machine (%s); stop it first with 'cluster down --dir' and its folder",
			strings.TrimSpace(string(holder)))
	}
	if err := file.Truncate(0); err != nil {
		return nil, err
	}
	_, err = file.WriteString(fmt.Sprintf("process %d\n", os.Getpid()))
	return file, err
}

func down(args []string) error {
	dir, _, err := directory("down", args)
	if err != nil {
		return err
	}
	l := layout{dir}
	if err := endOuter(l); err != nil {
		return err
	}
	if err := removeRemains(l); err != nil {
		return err
	}
	before, err := readInventory(l.snapshot())
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Println("no cluster was started in", dir)
		return nil
	}
	if err != nil {
		return err
	}
	return reportRemains(before)
}

// endOuter asks the process that started the cluster to stop it, and waits.
func endOuter(l layout) error {
	inside, running := insideProcess(l)
	if !running {
		return nil
	}
	outer := parentOf(inside)
	if outer > 1 && strings.Contains(commandLine(outer)+" ", " up ") {
		_ = syscall.Kill(outer, syscall.SIGTERM)
	} else {
		_ = syscall.Kill(inside, syscall.SIGKILL)
	}
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if !exists(inside) && (outer <= 1 || !exists(outer)) {
			return nil
		}
	}
	_ = syscall.Kill(inside, syscall.SIGKILL)
	return nil
}

// removeRemains ends a first process that has lost its parent, waits until the kernel has ended all others, and removes
// the cgroups and the cluster's state. Logs, and the snapshot of the machine, stay.
func removeRemains(l layout) error {
	if inside, running := insideProcess(l); running {
		parent := parentOf(inside)
		if parent > 1 && parent != os.Getpid() && strings.Contains(commandLine(parent), " up ") {
			return fmt.Errorf("a cluster runs in %s; stop it first", l.dir)
		}
		_ = syscall.Kill(inside, syscall.SIGKILL)
	}
	if err := awaitEnd(l, 30*time.Second); err != nil {
		return err
	}
	if err := removeCgroups(15 * time.Second); err != nil {
		return err
	}
	for _, part := range []string{"inside.pid", "state", "pki", "conf"} {
		if err := os.RemoveAll(l.path(part)); err != nil {
			return err
		}
	}
	configs, _ := filepath.Glob(l.path("*.kubeconfig"))
	for _, config := range configs {
		_ = os.Remove(config)
	}
	return removeMountPoints(l)
}

// awaitEnd waits until the first process of the namespaces has ended: the kernel ends all others before. While it does, the
// process has no command line any more.
func awaitEnd(l layout, limit time.Duration) error {
	pid, known := recordedProcess(l)
	for end := time.Now().Add(limit); known && exists(pid); time.Sleep(20 * time.Millisecond) {
		if command := commandLine(pid); command != "" && !isInside(command, l) {
			return nil // another process has the id
		}
		if time.Now().After(end) {
			return fmt.Errorf("process %d of the cluster has not ended within %s", pid, limit)
		}
	}
	return nil
}

// insideProcess returns the first process of the namespaces, as the host numbers it.
func insideProcess(l layout) (int, bool) {
	pid, known := recordedProcess(l)
	// After a crash of the machine another process may have the id.
	return pid, known && exists(pid) && isInside(commandLine(pid), l)
}

func recordedProcess(l layout) (int, bool) {
	content, err := os.ReadFile(l.pid())
	if err != nil {
		return 0, false
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	return pid, err == nil
}

func isInside(command string, l layout) bool {
	return strings.Contains(command, insideCommand+" --dir "+l.dir)
}

// exists tells whether a process runs; one that has ended and waits for its parent does not.
func exists(pid int) bool {
	state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(state), ") Z ")
}

func commandLine(pid int) string {
	raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return strings.ReplaceAll(strings.TrimRight(string(raw), "\x00"), "\x00", " ")
}

func parentOf(pid int) int {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+1:]))
	parent, _ := strconv.Atoi(fields[1])
	return parent
}

// join returns a command that runs in the cluster's namespaces.
func join(l layout, command []string) (*exec.Cmd, error) {
	inside, running := insideProcess(l)
	if !running {
		return nil, fmt.Errorf("no cluster runs in %s; start it with 'up'", l.dir)
	}
	return exec.Command("nsenter", append([]string{"-t", strconv.Itoa(inside), "-m", "-n", "-p", "-i", "--"}, command...)...), nil
}

func execute(args []string) error {
	dir, command, err := directory("exec", args)
	if err != nil {
		return err
	}
	if len(command) == 0 {
		return errors.New("name the command to run after --")
	}
	joined, err := join(layout{dir}, command)
	if err != nil {
		return err
	}
	joined.Stdin, joined.Stdout, joined.Stderr = os.Stdin, os.Stdout, os.Stderr
	return withExitCode(joined.Run())
}

func load(args []string) error {
	dir, archives, err := directory("load", args)
	if err != nil {
		return err
	}
	for _, archive := range archives {
		absolute, err := filepath.Abs(archive)
		if err != nil {
			return err
		}
		command, err := join(layout{dir}, []string{"ctr", "-n", "k8s.io", "images", "import", absolute})
		if err != nil {
			return err
		}
		begin := time.Now()
		if output, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("importing %s: %w: %s", archive, err, strings.TrimSpace(string(output)))
		}
		fmt.Printf("  loaded %s in %.1f s\n", filepath.Base(archive), time.Since(begin).Seconds())
	}
	return nil
}

func withExitCode(err error) error {
	var exited *exec.ExitError
	if errors.As(err, &exited) {
		return &exitCode{exited.ExitCode()}
	}
	return err
}
