// Command cluster runs one Kubernetes node and its control plane on this machine, for tests. It needs root, and
// containerd, runc, the CNI plugins and iptables, but no container engine, registry or network.
//
// Everything runs in process, mount and network namespaces of its own: when the first process of the namespaces ends,
// for whatever reason, the kernel ends all others and removes every mount, interface and packet filter rule. The host
// sees one port, on its loopback interface. Only cgroups outlive the processes; `down` removes them.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

const usage = `usage: cluster COMMAND

  up --dir DIR --bin DIR [--port 6443] [--detach] [--resource NAME=COUNT] [--enforce-policies] [--owner PID]
                          starts the cluster and waits until its node is ready; without --detach it runs until Ctrl-C;
                          with --owner it also ends when that process does
  down --dir DIR          stops the cluster, however much of it is left, and prints what it leaves behind
  status --dir DIR        whether it runs, its processes and their memory
  load --dir DIR TAR...   imports images (Docker or OCI archives)
  exec --dir DIR -- COMMAND...    runs a command inside the cluster's namespaces, for example ctr or curl
  kill --dir DIR PROGRAM  ends kubelet, proxy, dns, containerd, apiserver … with SIGKILL; the cluster starts it again
  expose --dir DIR PORT   until Ctrl-C or the end of the cluster, pods reach the host's 127.0.0.1:PORT at 10.244.0.1:PORT
  publish --dir DIR PORT ADDRESS:PORT   until Ctrl-C or the end of the cluster, the host reaches a Service's or pod's address at 127.0.0.1:PORT
  snapshot FILE           writes what of the machine a cluster could leave behind
  compare FILE            compares the machine with a snapshot; exit code 1 when something was left behind
  check                   whether this machine can run the cluster; prints what is missing
  image OUT.tar NAME:TAG [--user ID] FILE...   writes an image that contains the files; the first is the entry point
`

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	commands := map[string]func([]string) error{
		"up": up, "down": down, "status": status, "load": load, "exec": execute, "kill": kill, "expose": expose,
		"publish": publish, "snapshot": snapshot, "compare": compare, "check": check, "image": writeImage,
		insideCommand: runInside,
	}
	command, known := commands[os.Args[1]]
	if !known {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	err := command(os.Args[2:])
	var exit *exitCode
	switch {
	case errors.As(err, &exit):
		os.Exit(exit.code)
	case err != nil:
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

// exitCode ends the program with the code of a command that it ran, without another message.
type exitCode struct{ code int }

func (e *exitCode) Error() string { return fmt.Sprint("exit code ", e.code) }

// directory parses the flags of a subcommand that only needs the cluster's folder, and returns it with the arguments.
func directory(name string, args []string) (string, []string, error) {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	dir := flags.String("dir", "", "folder of the cluster")
	if err := flags.Parse(args); err != nil {
		return "", nil, err
	}
	if *dir == "" {
		return "", nil, errors.New("--dir is missing: name the folder of the cluster")
	}
	absolute, err := filepath.Abs(*dir)
	return absolute, flags.Args(), err
}
