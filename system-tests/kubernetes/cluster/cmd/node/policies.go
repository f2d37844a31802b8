package main

import (
	"context"
	"flag"
	"fmt"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

// enforcePolicies decides on the packets of a netfilter queue by the NetworkPolicies of the cluster. The rules that fill
// the queue are the caller's: those of the library need a kernel with nftables queues.
func enforcePolicies(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("policies", flag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", "", "credentials to read NetworkPolicies, namespaces and pods with")
	node := flags.String("node", "", "name of this node")
	queue := flags.Int("queue", 0, "number of the netfilter queue")
	if err := flags.Parse(args); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	controller, err := networkpolicy.NewController(client,
		factory.Networking().V1().NetworkPolicies(), factory.Core().V1().Namespaces(), factory.Core().V1().Pods(),
		nil, nil, nil, nil,
		networkpolicy.Config{QueueID: *queue, NodeName: *node, NRIdisabled: true})
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	fmt.Println("deciding on the packets of queue", *queue)
	return controller.Run(ctx)
}
