package dev.whetstone.kit.store.s3;

import dev.whetstone.kit.store.ObjectStoreException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Turns a failure of the client into one that names the object, the cause and the remedy. */
final class S3Faults {
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION = 412;
  private static final int MOVED = 301;
  private static final int SERVER = 500;
  private static final int NOT_IMPLEMENTED = 501;

  private final S3Settings settings;

  S3Faults(S3Settings settings) {
    this.settings = settings;
  }

  /**
   * @param deed what could not be done, as it follows "could not be"
   */
  ObjectStoreException of(String deed, S3Location object, SdkException cause) {
    String remedy =
        cause instanceof S3Exception answer ? answered(answer, object) : unanswered(cause);
    return new ObjectStoreException(
        "object %s of bucket %s could not be %s at %s: %s"
            .formatted(
                object.key().isEmpty() ? "(all)" : object.key(),
                object.bucket(),
                deed,
                settings.server(),
                remedy),
        cause);
  }

  /** Whether an object is not there, which a missing bucket is not. */
  static boolean isMissing(SdkException e) {
    return e instanceof S3Exception answer
        && answer.statusCode() == NOT_FOUND
        && !code(answer).equals("NoSuchBucket");
  }

  /** Whether something is there already under a key that was to be free. */
  static boolean isTaken(SdkException e) {
    return e instanceof S3Exception answer && answer.statusCode() == PRECONDITION;
  }

  /** Whether another write of the same key was in progress, so that neither has succeeded yet. */
  static boolean isContended(SdkException e) {
    return e instanceof S3Exception answer
        && answer.statusCode() == CONFLICT
        && code(answer).equals("ConditionalRequestConflict");
  }

  private String answered(S3Exception e, S3Location object) {
    String code = code(e);
    String what = code.isEmpty() ? "status " + e.statusCode() : code;
    return what + ". " + remedy(code, e, object);
  }

  private String remedy(String code, S3Exception e, S3Location object) {
    return switch (code) {
      case "NoSuchBucket" ->
          "Create the bucket '%s', or correct the URI (whetstone.store.uri)"
              .formatted(object.bucket());
      case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken" ->
          "Give the service valid credentials (whetstone.s3.access-key-ref and secret-key-ref, or"
              + " the default chain of the AWS SDK)";
      case "RequestTimeTooSkewed" ->
          "The clock of this machine differs from the server's; synchronise it (NTP)";
      case "PermanentRedirect",
          "AuthorizationHeaderMalformed",
          "IllegalLocationConstraintException" ->
          wrongRegion(e);
      case "KMS.AccessDeniedException", "KMS.DisabledException", "KMS.NotFoundException" ->
          "Allow the credentials kms:GenerateDataKey and kms:Decrypt on the key"
              + " (whetstone.s3.kms-key-id)";
      case "BadDigest", "XAmzContentSHA256Mismatch", "InvalidDigest" ->
          "The bytes changed on their way; nothing was stored. Check the network and its proxies";
      case "QuotaExceeded", "XMinioStorageFull" -> "Free space in the bucket or raise its quota";
      default -> byStatus(e, object);
    };
  }

  private String byStatus(S3Exception e, S3Location object) {
    return switch (e.statusCode()) {
      case FORBIDDEN ->
          ("Allow the credentials s3:GetObject, s3:PutObject, s3:DeleteObject,"
                  + " s3:AbortMultipartUpload on the objects and s3:ListBucket on bucket '%s'"
                  + " (docs/object-store.md has the policy)")
              .formatted(object.bucket());
      case NOT_FOUND -> "Check the URI (whetstone.store.uri)";
      case MOVED -> wrongRegion(e);
      case NOT_IMPLEMENTED ->
          "The server does not support this request; set whetstone.s3.checksum to crc32 or none"
              + " and whetstone.s3.encryption to bucket";
      default ->
          e.statusCode() >= SERVER
              ? "The server failed %d times; it is tried again".formatted(settings.attempts())
              : "The server says: " + message(e);
    };
  }

  private String wrongRegion(S3Exception e) {
    String actual =
        Optional.ofNullable(e.awsErrorDetails())
            .map(AwsErrorDetails::sdkHttpResponse)
            .flatMap(answer -> answer.firstMatchingHeader("x-amz-bucket-region"))
            .map(region -> "'" + region + "', where the bucket is")
            .orElse("the one where the bucket is");
    return "Set whetstone.s3.region to %s; it is '%s'"
        .formatted(actual, settings.region().orElse("not set"));
  }

  private String unanswered(SdkException e) {
    if (e instanceof ApiCallTimeoutException || e instanceof ApiCallAttemptTimeoutException) {
      return "no answer within %s. Check the server and the network, or raise whetstone.s3.call-timeout"
          .formatted(settings.callTimeout());
    }
    for (Throwable each = e; each != null; each = each.getCause()) {
      String reason = reason(each);
      if (reason != null) {
        return reason;
      }
    }
    String message = String.valueOf(e.getMessage());
    if (message.contains("region")) {
      return message + ". Set whetstone.s3.region";
    }
    if (message.contains("credentials")) {
      return message
          + ". Set whetstone.s3.access-key-ref and secret-key-ref, or credentials that the default"
          + " chain of the AWS SDK finds";
    }
    return message;
  }

  private static @Nullable String reason(Throwable each) {
    return switch (each) {
      case UnknownHostException _ ->
          "its host name cannot be resolved (%s). Correct whetstone.s3.endpoint, or set whetstone.s3.path-style to true where the server has no host name for each bucket"
              .formatted(each.getMessage());
      case SSLException _ ->
          "TLS failed (%s). Make the server's certificate known to this service"
              .formatted(each.getMessage());
      case ConnectException _ ->
          "no connection (%s). Check that the server runs, whetstone.s3.endpoint and network policies"
              .formatted(each.getMessage());
      case SocketTimeoutException _ ->
          "it took too long (%s). Check the server and the network".formatted(each.getMessage());
      default -> null;
    };
  }

  private static String code(S3Exception e) {
    return Optional.ofNullable(e.awsErrorDetails())
        .map(AwsErrorDetails::errorCode)
        .filter(code -> !code.isBlank())
        .orElse("");
  }

  private static String message(S3Exception e) {
    return Optional.ofNullable(e.awsErrorDetails())
        .map(AwsErrorDetails::errorMessage)
        .filter(text -> !text.isBlank())
        .orElse("status " + e.statusCode());
  }
}
