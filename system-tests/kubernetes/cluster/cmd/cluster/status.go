package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// status prints the processes of the cluster with the memory that they use; exit code 1 when none runs.
func status(args []string) error {
	dir, _, err := directory("status", args)
	if err != nil {
		return err
	}
	l := layout{dir}
	inside, running := insideProcess(l)
	if !running {
		fmt.Println("no cluster runs in", dir)
		return &exitCode{1}
	}
	fmt.Println("KUBECONFIG=" + l.kubeconfig("admin"))
	total := 0
	for _, pid := range namespaceProcesses(inside) {
		kibibytes := residentMemory(pid)
		total += kibibytes
		fmt.Printf("%8d %6d MiB  %.100s\n", pid, kibibytes/1024, commandLine(pid))
	}
	fmt.Printf("%8s %6d MiB  in all\n", "", total/1024)
	return nil
}

// kill ends one of the cluster's programs as a crash would, without a chance to clean up.
func kill(args []string) error {
	dir, names, err := directory("kill", args)
	if err != nil {
		return err
	}
	if len(names) != 1 {
		return errors.New("name one program, for example kubelet")
	}
	l := layout{dir}
	inside, running := insideProcess(l)
	if !running {
		return fmt.Errorf("no cluster runs in %s", dir)
	}
	if names[0] == insideCommand {
		return syscall.Kill(inside, syscall.SIGKILL)
	}
	found := false
	for _, pid := range namespaceProcesses(inside) {
		if isProgram(commandLine(pid), names[0]) {
			found = true
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				return err
			}
		}
	}
	if !found {
		return fmt.Errorf("the cluster has no program %q; 'status' lists them", names[0])
	}
	return nil
}

// isProgram recognizes both forms: PROGRAM FLAGS, and a binary with the program as its first argument.
func isProgram(command, name string) bool {
	fields := strings.Fields(command)
	if len(fields) == 0 {
		return false
	}
	binary := filepath.Base(fields[0])
	return binary == name || len(fields) > 1 && (binary == "kube" || binary == "node") && fields[1] == name
}

func namespaceProcesses(inside int) []int {
	namespace, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", inside))
	if err != nil {
		return nil
	}
	var pids []int
	for _, folder := range names("/proc/[0-9]*") {
		if other, err := os.Readlink(folder + "/ns/pid"); err == nil && other == namespace {
			pid, _ := strconv.Atoi(filepath.Base(folder))
			pids = append(pids, pid)
		}
	}
	return pids
}

func residentMemory(pid int) int {
	content, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for _, line := range strings.Split(string(content), "\n") {
		if value, found := strings.CutPrefix(line, "VmRSS:"); found {
			kibibytes, _ := strconv.Atoi(strings.Fields(value)[0])
			return kibibytes
		}
	}
	return 0
}
