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
	if outer > 1 && strings.Contains(commandLine(outer), "up") {
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

// removeRemains ends a first process that has lost its parent, waits until the kernel has emptied the cgroups, and
// removes them and the cluster's state. Logs, and the snapshot of the machine, stay.
func removeRemains(l layout) error {
	if inside, running := insideProcess(l); running {
		if parentOf(inside) > 1 && strings.Contains(commandLine(parentOf(inside)), " up ") && parentOf(inside) != os.Getpid() {
			return fmt.Errorf("a cluster runs in %s; stop it first", l.dir)
		}
		_ = syscall.Kill(inside, syscall.SIGKILL)
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

// insideProcess returns the first process of the namespaces, as the host numbers it.
func insideProcess(l layout) (int, bool) {
	content, err := os.ReadFile(l.pid())
	if err != nil {
		return 0, false
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil || !exists(pid) {
		return 0, false
	}
	// After a crash of the machine another process may have the id.
	return pid, strings.Contains(commandLine(pid), insideCommand+" --dir "+l.dir)
}

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
