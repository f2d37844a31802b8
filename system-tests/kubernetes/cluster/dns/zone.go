package dns

import (
	"net"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
	corelisters "k8s.io/client-go/listers/core/v1"
	discoverylisters "k8s.io/client-go/listers/discovery/v1"
)

// The answers change whenever a pod does, so resolvers must not keep them.
const answerSeconds = 1

// serviceZone resolves SERVICE.NAMESPACE.svc.DOMAIN to the Service's address, or to the addresses of its ready pods when
// it is headless, and POD.SERVICE.NAMESPACE.svc.DOMAIN to the address of a pod with that host name.
type serviceZone struct {
	suffix   string
	services corelisters.ServiceLister
	slices   discoverylisters.EndpointSliceLister
}

// reply returns the answer to a query, or nil when the message is none.
func (z *serviceZone) reply(query []byte) []byte {
	var message dnsmessage.Message
	if message.Unpack(query) != nil || message.Response || len(message.Questions) != 1 {
		return nil
	}
	question := message.Questions[0]
	message.Header = dnsmessage.Header{
		ID: message.ID, Response: true, Authoritative: true, RecursionDesired: message.RecursionDesired,
	}
	message.Answers, message.Authorities, message.Additionals = nil, nil, nil
	addresses, exists := z.lookup(strings.ToLower(question.Name.String()))
	if !exists {
		message.RCode = dnsmessage.RCodeNameError
	}
	if question.Type == dnsmessage.TypeA {
		for _, address := range addresses {
			if ip := net.ParseIP(address).To4(); ip != nil {
				message.Answers = append(message.Answers, dnsmessage.Resource{
					Header: dnsmessage.ResourceHeader{
						Name: question.Name, Type: question.Type, Class: question.Class, TTL: answerSeconds,
					},
					Body: &dnsmessage.AResource{A: [4]byte(ip)},
				})
			}
		}
	}
	packed, err := message.Pack()
	if err != nil {
		return nil
	}
	return packed
}

func (z *serviceZone) lookup(name string) (addresses []string, exists bool) {
	prefix, inZone := strings.CutSuffix(name, z.suffix)
	if !inZone {
		return nil, false
	}
	parts := strings.Split(prefix, ".")
	host := ""
	if len(parts) == 3 {
		host, parts = parts[0], parts[1:]
	}
	if len(parts) != 2 {
		return nil, false
	}
	service, err := z.services.Services(parts[1]).Get(parts[0])
	if err != nil {
		return nil, false
	}
	if host == "" && service.Spec.ClusterIP != corev1.ClusterIPNone {
		return []string{service.Spec.ClusterIP}, true
	}
	selector := labels.SelectorFromSet(labels.Set{discoveryv1.LabelServiceName: service.Name})
	slices, err := z.slices.EndpointSlices(service.Namespace).List(selector)
	if err != nil {
		return nil, false
	}
	for _, slice := range slices {
		for _, endpoint := range slice.Endpoints {
			if isServed(endpoint, service) && (host == "" || endpoint.Hostname != nil && *endpoint.Hostname == host) {
				addresses = append(addresses, endpoint.Addresses...)
			}
		}
	}
	return addresses, host == "" || len(addresses) > 0
}

func isServed(endpoint discoveryv1.Endpoint, service *corev1.Service) bool {
	ready := endpoint.Conditions.Ready
	return ready == nil || *ready || service.Spec.PublishNotReadyAddresses
}
