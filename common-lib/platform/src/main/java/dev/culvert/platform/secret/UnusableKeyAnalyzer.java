package dev.culvert.platform.secret;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Makes a sentence of a start that fails for want of a key, instead of a page about beans. */
final class UnusableKeyAnalyzer extends AbstractFailureAnalyzer<UnusableKeyException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, UnusableKeyException cause) {
        return new FailureAnalysis(
                String.valueOf(cause.getMessage()),
                "Set SECRET_KEY to the key this installation was started with before; a new one does for a new installation only.",
                cause);
    }
}
