package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const cgroupMount = "/sys/fs/cgroup"

// cgroupRoots returns the folders that hold the cluster's cgroup: one for each controller with cgroup v1, one in all
// with v2. A machine with v1 can have the v2 hierarchy beside them, without controllers.
func cgroupRoots() []string {
	if _, err := os.Stat(filepath.Join(cgroupMount, "cgroup.controllers")); err == nil {
		return []string{cgroupMount}
	}
	entries, _ := os.ReadDir(cgroupMount)
	var roots []string
	for _, entry := range entries {
		root := filepath.Join(cgroupMount, entry.Name())
		// Without links: cpu and cpuacct can lead to one hierarchy.
		if _, err := os.Stat(filepath.Join(root, "cgroup.procs")); err == nil && entry.Type()&fs.ModeSymlink == 0 {
			roots = append(roots, root)
		}
	}
	return roots
}

func makeCgroups() error {
	for _, root := range cgroupRoots() {
		if err := os.MkdirAll(filepath.Join(root, cgroupName), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// removeCgroups ends the processes that are still in the cluster's cgroups and removes these. The processes are
// containers: nothing else enters them.
func removeCgroups(limit time.Duration) error {
	end := time.Now().Add(limit)
	for _, root := range cgroupRoots() {
		for {
			err := removeTree(filepath.Join(root, cgroupName))
			if err == nil {
				break
			}
			if time.Now().After(end) {
				return fmt.Errorf("a cgroup could not be removed within %s: %w", limit, err)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	return nil
}

func removeTree(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.IsDir() {
			if err := removeTree(filepath.Join(folder, entry.Name())); err != nil {
				return err
			}
		}
	}
	processes, _ := os.ReadFile(filepath.Join(folder, "cgroup.procs"))
	for _, line := range strings.Fields(string(processes)) {
		if pid, err := strconv.Atoi(line); err == nil && pid > 0 {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	err = syscall.Rmdir(folder)
	if errors.Is(err, syscall.ENOENT) {
		return nil
	}
	return err
}
