// Package dns answers the names of a cluster's Services.
package dns

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"time"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

const maxMessage = 4096

// Serve answers the names of Services until the context ends. It queries no other server: a name outside the cluster
// does not exist.
func Serve(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("dns", flag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", "", "credentials to read Services and EndpointSlices with")
	listen := flags.String("listen", "10.244.0.1:53", "address for UDP and TCP")
	domain := flags.String("domain", "cluster.local", "domain of the cluster")
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
	zone := &serviceZone{
		suffix:   ".svc." + *domain + ".",
		services: factory.Core().V1().Services().Lister(),
		slices:   factory.Discovery().V1().EndpointSlices().Lister(),
	}
	factory.Core().V1().Services().Informer()
	factory.Discovery().V1().EndpointSlices().Informer()
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())

	packets, err := net.ListenPacket("udp4", *listen)
	if err != nil {
		return err
	}
	streams, err := net.Listen("tcp4", *listen)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { packets.Close(); streams.Close() })
	fmt.Println("answering on", *listen)
	failed := make(chan error, 2)
	go func() { failed <- serveStreams(streams, zone) }()
	go func() { failed <- servePackets(packets, zone) }()
	err = <-failed
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func servePackets(packets net.PacketConn, zone *serviceZone) error {
	buffer := make([]byte, maxMessage)
	for {
		n, from, err := packets.ReadFrom(buffer)
		if errors.Is(err, net.ErrClosed) {
			return err
		}
		if err != nil {
			continue // the answer to an earlier client could not be delivered
		}
		if reply := zone.reply(buffer[:n]); reply != nil {
			_, _ = packets.WriteTo(reply, from)
		}
	}
}

func serveStreams(streams net.Listener, zone *serviceZone) error {
	for {
		connection, err := streams.Accept()
		if err != nil {
			return err
		}
		go serveStream(connection, zone)
	}
}

func serveStream(connection net.Conn, zone *serviceZone) {
	defer connection.Close()
	for {
		_ = connection.SetDeadline(time.Now().Add(10 * time.Second))
		var length uint16
		if binary.Read(connection, binary.BigEndian, &length) != nil || length > maxMessage {
			return
		}
		query := make([]byte, length)
		if _, err := io.ReadFull(connection, query); err != nil {
			return
		}
		reply := zone.reply(query)
		if reply == nil {
			return
		}
		framed := binary.BigEndian.AppendUint16(nil, uint16(len(reply)))
		if _, err := connection.Write(append(framed, reply...)); err != nil {
			return
		}
	}
}
