package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// machineState lists, by kind, what a cluster could leave behind on a machine. Other work on the machine changes none of
// it in normal operation: processes are listed only if a cluster could have started them.
type machineState map[string][]string

const modulesKind = "kernel modules" // modules that the kernel has loaded on demand stay loaded

var (
	clusterPrograms = []string{"cluster", "kube", "node", "kubelet", "containerd", "containerd-shim", "runc", "pause", "probe"}
	clusterPorts    = []int{apiPort, 2379, 2380, 10248, 10249, 10250, 10256, 10257, 10259}
	clusterFolders  = []string{"/run/containerd", "/run/netns", "/run/runc", "/run/flannel", "/var/lib/kubelet", "/var/lib/cni",
		"/var/log/containers", "/var/log/pods", "/etc/cni/net.d", "/etc/kubernetes", "/opt/cni", "/usr/libexec/kubernetes"}
	networkSettings = []string{"net/ipv4/ip_forward", "net/ipv4/conf/all/route_localnet", "net/ipv4/conf/all/rp_filter",
		"net/bridge/bridge-nf-call-iptables", "net/netfilter/nf_conntrack_max"}
	counters = regexp.MustCompile(`\[\d+:\d+\]|packets \d+ bytes \d+|^#.*$`)
)

func inventory() (machineState, error) {
	state := machineState{}
	var err error
	if state["mounts"], err = mountPoints(); err != nil {
		return nil, err
	}
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	for _, i := range interfaces {
		addresses, _ := i.Addrs()
		state["network interfaces"] = append(state["network interfaces"], fmt.Sprint(i.Name, " ", addresses))
	}
	state["packet filter rules"] = packetFilterRules()
	state["network namespaces"] = names("/run/netns/*", "/var/run/netns/*")
	state["cgroups"] = clusterCgroups()
	state["kernel settings"] = settingValues()
	state["processes"] = clusterProcesses()
	state["listening ports"] = listeningPorts()
	state["folders"] = names(clusterFolders...)
	state[modulesKind] = loadedModules()
	for _, entries := range state {
		sort.Strings(entries)
	}
	return state, nil
}

func (s machineState) write(file string) error {
	content, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o644)
}

func readInventory(file string) (machineState, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var state machineState
	return state, json.Unmarshal(content, &state)
}

func snapshot(args []string) error {
	if len(args) != 1 {
		return errors.New("name the file to write")
	}
	state, err := inventory()
	if err != nil {
		return err
	}
	return state.write(args[0])
}

func compare(args []string) error {
	if len(args) != 1 {
		return errors.New("name the file that 'snapshot' wrote")
	}
	before, err := readInventory(args[0])
	if err != nil {
		return err
	}
	return reportRemains(before)
}

// reportRemains prints, for each kind, what is there now and was not before, or is not there any more.
func reportRemains(before machineState) error {
	now, err := inventory()
	if err != nil {
		return err
	}
	kinds := make([]string, 0, len(now))
	for kind := range now {
		kinds = append(kinds, kind)
	}
	sort.Strings(kinds)
	fmt.Println("what is left on this machine, compared with before the start:")
	changed := 0
	for _, kind := range kinds {
		added, removed := without(now[kind], before[kind]), without(before[kind], now[kind])
		if len(added)+len(removed) == 0 {
			fmt.Printf("  %-22s unchanged (%d)\n", kind, len(now[kind]))
			continue
		}
		if kind == modulesKind {
			fmt.Printf("  %-22s stay loaded: %s\n", kind, strings.Join(added, " "))
			continue
		}
		changed += len(added) + len(removed)
		for _, entry := range added {
			fmt.Printf("  %-22s LEFT BEHIND: %s\n", kind, entry)
		}
		for _, entry := range removed {
			fmt.Printf("  %-22s MISSING: %s\n", kind, entry)
		}
	}
	if changed > 0 {
		return fmt.Errorf("%d entries differ from the state before the start", changed)
	}
	return nil
}

func without(entries, others []string) []string {
	return slices.DeleteFunc(slices.Clone(entries), func(entry string) bool { return slices.Contains(others, entry) })
}

func mountPoints() ([]string, error) {
	content, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	var mounts []string
	for _, line := range strings.Split(strings.TrimSpace(string(content)), "\n") {
		fields := strings.Fields(line)
		mounts = append(mounts, fields[4])
	}
	return mounts, nil
}

func packetFilterRules() []string {
	var rules []string
	for _, command := range []string{"iptables-save", "ip6tables-save", "iptables-legacy-save"} {
		output, err := exec.Command(command).Output()
		if err != nil {
			continue
		}
		for _, line := range strings.Split(string(output), "\n") {
			if rule := strings.TrimSpace(counters.ReplaceAllString(line, "")); rule != "" {
				rules = append(rules, command+" "+rule)
			}
		}
	}
	return rules
}

func names(patterns ...string) []string {
	var found []string
	for _, pattern := range patterns {
		matches, _ := filepath.Glob(pattern)
		found = append(found, matches...)
	}
	return found
}

func clusterCgroups() []string {
	var found []string
	for _, root := range cgroupRoots() {
		found = append(found, names(root+"/"+cgroupName, root+"/kubepods*", root+"/k8s.io", root+"/*/kubepods*")...)
		if enabled, err := os.ReadFile(root + "/cgroup.subtree_control"); err == nil {
			found = append(found, "controllers of "+root+": "+strings.TrimSpace(string(enabled)))
		}
	}
	return found
}

func settingValues() []string {
	settings := slices.Clone(networkSettings)
	for setting := range kernelSettings {
		settings = append(settings, setting)
	}
	var values []string
	for _, setting := range settings {
		if value, err := os.ReadFile("/proc/sys/" + setting); err == nil {
			values = append(values, setting+" = "+strings.TrimSpace(string(value)))
		}
	}
	return values
}

// clusterProcesses lists the programs of a cluster by name, and everything in another PID namespace than this program.
func clusterProcesses() []string {
	own, _ := os.Readlink("/proc/self/ns/pid")
	var found []string
	for _, folder := range names("/proc/[0-9]*") {
		pid, _ := strconv.Atoi(filepath.Base(folder))
		if pid == os.Getpid() || pid == os.Getppid() || !exists(pid) || isClusterCommand(pid) {
			continue
		}
		name, err := os.ReadFile(folder + "/comm")
		if err != nil {
			continue
		}
		namespace, err := os.Readlink(folder + "/ns/pid")
		program := strings.TrimSpace(string(name))
		if err == nil && namespace != own || slices.ContainsFunc(clusterPrograms, func(p string) bool {
			return program == p || p == "containerd-shim" && strings.HasPrefix(program, p)
		}) {
			found = append(found, program)
		}
	}
	return found
}

// isClusterCommand tells whether a process is this program started by a user or a script, not a part of a cluster.
func isClusterCommand(pid int) bool {
	target, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	self, _ := os.Executable()
	return target == self && !strings.Contains(commandLine(pid), " "+insideCommand+" ")
}

// listeningPorts lists the cluster's ports that something listens on in this network namespace.
func listeningPorts() []string {
	const listening = "0A"
	var found []string
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		content, err := os.ReadFile(table)
		if err != nil {
			continue
		}
		for _, line := range strings.Split(string(content), "\n") {
			fields := strings.Fields(line)
			if len(fields) < 4 || fields[3] != listening {
				continue
			}
			_, hex, _ := strings.Cut(fields[1], ":")
			port, err := strconv.ParseInt(hex, 16, 32)
			if err == nil && slices.Contains(clusterPorts, int(port)) {
				found = append(found, strconv.Itoa(int(port)))
			}
		}
	}
	return found
}

func loadedModules() []string {
	content, _ := os.ReadFile("/proc/modules")
	var modules []string
	for _, line := range strings.Split(string(content), "\n") {
		if fields := strings.Fields(line); len(fields) > 0 {
			modules = append(modules, fields[0])
		}
	}
	return modules
}
