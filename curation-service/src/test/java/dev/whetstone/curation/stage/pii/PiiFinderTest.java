package dev.whetstone.curation.stage.pii;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PiiFinderTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          Write to ann.b+c@mail.example.co.uk please        | EMAIL           | ann.b+c@mail.example.co.uk
          Call me at (96) 627-277 today                     | PHONE           | (96) 627-277
          My number is +49 30 901820, thanks                | PHONE           | +49 30 901820
          Reach me: 415-555-2671.                           | PHONE           | 415-555-2671
          027 896 92 86 is my phone                         | PHONE           | 027 896 92 86
          Ring 001-420-335-7509x38548 now                   | PHONE           | 001-420-335-7509x38548
          Card 4111 1111 1111 1111 was charged              | CREDIT_CARD     | 4111 1111 1111 1111
          Card 5213591727586604 was charged                 | CREDIT_CARD     | 5213591727586604
          IBAN DE89 3704 0044 0532 0130 00 PLEASE           | IBAN            | DE89 3704 0044 0532 0130 00
          pay GB82WEST12345698765432                        | IBAN            | GB82WEST12345698765432
          from 58.74.121.78 at night                        | IP_ADDRESS      | 58.74.121.78
          from 2001:db8::8a2e:370:7334 at night             | IP_ADDRESS      | 2001:db8::8a2e:370:7334
          My SSN is 531-21-7351                             | US_SSN          | 531-21-7351
          clone https://ann:s3cr3t@git.example.com/x        | URL_CREDENTIALS | ann:s3cr3t
          key AKIAIOSFODNN7EXAMPLE leaked                   | SECRET          | AKIAIOSFODNN7EXAMPLE
          use ghp_16C7e42F292c6912E7710c838347Ae178B4a      | SECRET          | ghp_16C7e42F292c6912E7710c838347Ae178B4a
          my password is hunter2hunter2 ok                  | SECRET          | hunter2hunter2
          api_key="9f8e7d6c5b4a3f2e1d0c"                    | SECRET          | 9f8e7d6c5b4a3f2e1d0c
          Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln  | SECRET          | eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln
          """)
  void shouldFindByShape(String text, PiiType type, String value) {
    List<PiiSpan> found = new PiiFinder().find(text, EnumSet.allOf(PiiType.class));

    assertThat(found).hasSize(1);
    assertThat(found.getFirst().type()).isEqualTo(type);
    assertThat(text.substring(found.getFirst().start(), found.getFirst().end())).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "My order is 1234. When does the kettle ship?",
        "[ticket RET-1234]",
        "Order number 12345678 and ticket 87654321",
        "order 415-555-2671",
        "Invoice no. 2024 1187 3321",
        "It was 2024-11-20 at 12:30:45",
        "20.11.2024 or 20-11-2024",
        "The sum is 12 345 678 dollars",
        "version 1.2.3.4.5",
        "7 - 3 - 2 = 2 and 120 - 30 = 90",
        "4111 1111 1111 1112 fails the check digit",
        "He has 6000-1500-2000-1000 = 1500 left, or 250-135-50",
        "It is 66.66666666666667 or 5,5454545454545454 of it",
        "666-12-3456 is none",
        "please reset my password please",
        "the token is refreshed",
        "He sold 48/2 = <<48/2=24>>24 clips in May.",
        "ratio 16:9 and 10:15:30"
      })
  void shouldLeaveWhatIsNotPersonal(String text) {
    assertThat(new PiiFinder().find(text, EnumSet.allOf(PiiType.class))).isEmpty();
  }

  @Test
  void shouldFindAWholePrivateKey() {
    String text = "see\n-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\nend";

    List<PiiSpan> found = new PiiFinder().find(text, EnumSet.of(PiiType.SECRET));

    assertThat(found).containsExactly(new PiiSpan(PiiType.SECRET, 4, text.length() - 4));
  }

  @Test
  void shouldLookForNothingButWhatIsAsked() {
    assertThat(new PiiFinder().find("ann@example.com", EnumSet.of(PiiType.PHONE))).isEmpty();
  }

  @Test
  void shouldRefuseTypesItDoesNotKnow() {
    assertThat(PiiType.of(List.of())).containsExactlyInAnyOrder(PiiType.values());
    assertThat(PiiType.of(List.of("EMAIL"))).containsExactly(PiiType.EMAIL);
    assertThatThrownBy(() -> PiiType.of(List.of("MAIL")))
        .hasMessageContaining("curation.pii.types")
        .hasMessageContaining("'MAIL'")
        .hasMessageContaining("EMAIL");
  }
}
