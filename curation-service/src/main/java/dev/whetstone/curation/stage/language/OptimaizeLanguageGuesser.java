package dev.whetstone.curation.stage.language;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.tika.langdetect.optimaize.OptimaizeLangDetector;
import org.apache.tika.language.detect.LanguageDetector;
import org.apache.tika.language.detect.LanguageResult;
import org.jspecify.annotations.Nullable;

/** Character n-gram models of 70 languages, loaded on first use (about one second). */
public final class OptimaizeLanguageGuesser implements LanguageGuesser {
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable LanguageDetector detector;

  @Override
  public Optional<String> of(String text) {
    lock.lock();
    try {
      if (detector == null) {
        detector = new OptimaizeLangDetector().loadModels();
      }
      LanguageResult result = detector.detect(text);
      return result.isReasonablyCertain()
          ? Optional.of(primary(result.getLanguage()))
          : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** {@code zh} of {@code zh-CN}. */
  static String primary(String tag) {
    return tag.split("[-_]", 2)[0].toLowerCase(Locale.ROOT);
  }
}
