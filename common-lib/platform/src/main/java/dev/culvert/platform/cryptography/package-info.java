/** Signatures and digests by the machine's own instructions, which every verified token and every issued one needs. */
@NullMarked
package dev.culvert.platform.cryptography;

import org.jspecify.annotations.NullMarked;
