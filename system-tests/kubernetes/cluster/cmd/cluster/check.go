package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
)

// A requirement is a program and the Debian package that contains it.
type requirement struct{ file, pkg string }

var requirements = []requirement{
	{"containerd", "containerd"},
	{"ctr", "containerd"},
	{"containerd-shim-runc-v2", "containerd"},
	{"runc", "runc"},
	{"/usr/lib/cni/ptp", "containernetworking-plugins"},
	{"/usr/lib/cni/host-local", "containernetworking-plugins"},
	{"/usr/lib/cni/loopback", "containernetworking-plugins"},
	{"iptables", "iptables"},
	{"ip", "iproute2"},
	{"nsenter", "util-linux"},
	{"mount", "mount"},
}

// check prints nothing when the machine can run a cluster. The names of missing packages are on a line of their own, so
// that a script can install them; exit code 3 means that packages are all that is missing.
func check([]string) error {
	packages := missingPackages()
	reasons := missingParts()
	for _, reason := range reasons {
		fmt.Println(reason)
	}
	switch {
	case len(reasons) == 0:
		return nil
	case len(packages) > 0 && len(reasons) == 1:
		return &exitCode{3}
	default:
		return &exitCode{1}
	}
}

func missingPackages() []string {
	var packages []string
	for _, r := range requirements {
		if _, err := exec.LookPath(r.file); err == nil {
			continue
		}
		if len(packages) == 0 || packages[len(packages)-1] != r.pkg {
			packages = append(packages, r.pkg)
		}
	}
	return packages
}

// missingParts names everything for whose absence the cluster cannot run on this machine.
func missingParts() []string {
	if runtime.GOOS != "linux" {
		return []string{"the system is " + runtime.GOOS + ", not Linux"}
	}
	var reasons []string
	if os.Geteuid() != 0 {
		reasons = append(reasons, "it needs root for namespaces, mounts and cgroups; the user is not root")
	} else if err := tryNamespaces(); err != nil {
		reasons = append(reasons, "new process, mount and network namespaces are refused: "+err.Error())
	}
	if len(cgroupRoots()) == 0 {
		reasons = append(reasons, "no cgroups are mounted at "+cgroupMount)
	} else if os.Geteuid() == 0 {
		if err := makeCgroups(); err != nil {
			reasons = append(reasons, "a cgroup cannot be created: "+err.Error())
		}
		_ = removeEmptyCgroups()
	}
	filesystems, err := os.ReadFile("/proc/filesystems")
	if err == nil && !strings.Contains(string(filesystems), "\toverlay\n") && exec.Command("modprobe", "overlay").Run() != nil {
		reasons = append(reasons, "the kernel has no overlay file system")
	}
	if packages := missingPackages(); len(packages) > 0 {
		reasons = append(reasons, "packages: "+strings.Join(packages, " "))
	}
	return reasons
}

// tryNamespaces starts a program in the kinds of namespaces that the cluster needs.
func tryNamespaces() error {
	program := exec.Command("/bin/true")
	program.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC}
	return program.Run()
}

// removeEmptyCgroups removes the cgroups of a check, not those of a cluster that runs.
func removeEmptyCgroups() error {
	var failed error
	for _, root := range cgroupRoots() {
		failed = errors.Join(failed, syscall.Rmdir(root+"/"+cgroupName))
	}
	return failed
}
