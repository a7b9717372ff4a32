package dev.culvert.auth.browser;

import java.util.List;

/** Further ways to sign in that the sign-in page offers. */
public interface OtherSignIns {

    /**
     * One of them.
     *
     * @param name what people know it by
     * @param path where it begins, in these pages; gets {@code continue}
     */
    record OtherSignIn(String name, String path) {}

    /** All of them, in the order they are shown. */
    List<OtherSignIn> all();
}
