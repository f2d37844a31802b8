package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Folders that the kubelet, libcni and containerd's shim use whatever their settings are. Inside the cluster's mount
// namespace they are empty file systems in memory.
var privateFolders = []string{"/run", "/var/log", "/var/lib/kubelet", "/var/lib/cni"}

// Inside the cluster's mount namespace. Paths of sockets, which the kubelet puts there, are limited to 107 characters.
const kubeletFolder = "/run/kubelet"

// The kubelet changes these settings of the whole machine unless they already have the value that it wants. It reads
// the wanted values from files that are mounted over the real ones, so that the machine keeps its settings.
var kernelSettings = map[string]string{
	"vm/overcommit_memory":      "1",
	"vm/panic_on_oom":           "0",
	"kernel/panic":              "10",
	"kernel/panic_on_oops":      "1",
	"kernel/keys/root_maxkeys":  "1000000",
	"kernel/keys/root_maxbytes": "25000000",
}

func isolateMounts(l layout) error {
	// Nothing that is mounted from here on reaches the host; volumes reach containers.
	for _, propagation := range []uintptr{syscall.MS_PRIVATE, syscall.MS_SHARED} {
		if err := syscall.Mount("none", "/", "", syscall.MS_REC|propagation, ""); err != nil {
			return fmt.Errorf("changing the propagation of mounts: %w", err)
		}
	}
	if err := syscall.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mounting /proc: %w", err)
	}
	for _, folder := range privateFolders {
		if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "mode=755"); err != nil {
			return fmt.Errorf("mounting over %s: %w", folder, err)
		}
	}
	for _, folder := range []string{"/run/netns", kubeletFolder} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	if err := syscall.Mount(l.path("state", "kubelet"), kubeletFolder, "", syscall.MS_BIND, ""); err != nil {
		return fmt.Errorf("mounting at %s: %w", kubeletFolder, err)
	}
	for setting, value := range kernelSettings {
		source := l.path("conf", strings.ReplaceAll(setting, "/", "."))
		if err := os.WriteFile(source, []byte(value+"\n"), 0o644); err != nil {
			return err
		}
		target := filepath.Join("/proc/sys", setting)
		err := syscall.Mount(source, target, "", syscall.MS_BIND, "")
		if err != nil && !errors.Is(err, syscall.ENOENT) {
			return fmt.Errorf("mounting over %s: %w", target, err)
		}
	}
	return nil
}

// prepare creates the folders, keys and settings of a new cluster.
func (l layout) prepare(o options) error {
	for _, folder := range []string{"log", "conf", "pki", "state/cni", "state/etcd", "state/kubelet", "state/podlogs", "state/volumeplugins"} {
		if err := os.MkdirAll(l.path(folder), 0o755); err != nil {
			return err
		}
	}
	if err := makeMountPoints(l); err != nil {
		return err
	}
	if err := makeCgroups(); err != nil {
		return err
	}
	if err := writeKeys(l, o.port); err != nil {
		return err
	}
	return writeSettings(l)
}

// makeMountPoints creates the folders that do not exist on this machine, and records them for removal.
func makeMountPoints(l layout) error {
	var made []string
	for _, folder := range privateFolders {
		if _, err := os.Stat(folder); err == nil {
			continue
		}
		made = append(made, folder)
	}
	if err := os.WriteFile(l.path("made-folders"), []byte(strings.Join(made, "\n")), 0o644); err != nil {
		return err
	}
	for _, folder := range made {
		if err := os.Mkdir(folder, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// removeMountPoints removes the folders that makeMountPoints created. A folder that something else has filled stays.
func removeMountPoints(l layout) error {
	record := l.path("made-folders")
	made, err := os.ReadFile(record)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, folder := range strings.Fields(string(made)) {
		if err := os.Remove(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintln(os.Stderr, "cluster: not removed:", err)
		}
	}
	return os.Remove(record)
}
