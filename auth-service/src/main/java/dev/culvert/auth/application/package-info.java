/** OAuth applications: registered and managed by their owners, known to the authorization server as its clients. */
@NullMarked
package dev.culvert.auth.application;

import org.jspecify.annotations.NullMarked;
