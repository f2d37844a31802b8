// Command node contains what runs on every node: the kubelet, kube-proxy, a DNS server and the enforcement of
// NetworkPolicies.
//
//	node kubelet|proxy FLAGS        flags of the upstream programs
//	node dns --kubeconfig FILE --listen ADDRESS
//	node policies --kubeconfig FILE --node NAME --queue NUMBER
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"dev.whetstone/cluster/dns"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

const usage = "usage: node kubelet|proxy|dns|policies FLAGS"

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	program := os.Args[1]
	// The upstream programs read their flags from the process's arguments.
	os.Args = append([]string{program}, os.Args[2:]...)
	switch program {
	case "kubelet":
		os.Exit(cli.Run(kubelet.NewKubeletCommand(context.Background())))
	case "proxy":
		os.Exit(cli.Run(proxy.NewProxyCommand()))
	case "dns":
		runUntilSignal(dns.Serve)
	case "policies":
		runUntilSignal(enforcePolicies)
	default:
		fmt.Fprintf(os.Stderr, "node: no program %q in this binary\n%s\n", program, usage)
		os.Exit(2)
	}
}

func runUntilSignal(serve func(context.Context, []string) error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "node %s: %v\n", os.Args[0], err)
		os.Exit(1)
	}
}
