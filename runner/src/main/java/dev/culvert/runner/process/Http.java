package dev.culvert.runner.process;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** The smallest possible question over HTTP: does it answer 200? */
public final class Http {

    private static final int TIMEOUT_MILLIS = 2000;

    private Http() {}

    public static boolean isOk(URI uri) {
        try {
            var connection = (HttpURLConnection) uri.toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            connection.setUseCaches(false);
            int status = connection.getResponseCode();
            connection.disconnect();
            return status == 200;
        } catch (IOException _) {
            return false;
        }
    }
}
