package dev.whetstone.ingest.rest;

import dev.whetstone.ingest.body.ContentEncoding;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.publish.IngestMetrics;
import dev.whetstone.kit.problem.Problem;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Answers the faults of requests as a whole. */
public class FaultMapper {
  private final IngestMetrics metrics;

  public FaultMapper(IngestMetrics metrics) {
    this.metrics = metrics;
  }

  @ServerExceptionMapper
  public Response problem(Fault fault) {
    metrics.rejected(fault.code());
    Response.ResponseBuilder response =
        Response.status(fault.code().status())
            .type(Problem.MEDIA_TYPE)
            .entity(FaultProblems.of(fault));
    if (fault.code() == FaultCode.UNSUPPORTED_ENCODING) {
      response.header(HttpHeaders.ACCEPT_ENCODING, ContentEncoding.ACCEPTED);
    }
    if (fault.code() == FaultCode.BODY_TOO_LARGE) {
      // The rest of the body is not read, so nothing else can follow on this connection.
      response.header("Connection", "close");
    }
    return response.build();
  }
}
