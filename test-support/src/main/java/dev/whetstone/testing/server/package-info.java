/** Real model servers for tests, in processes of their own. */
@NullMarked
package dev.whetstone.testing.server;

import org.jspecify.annotations.NullMarked;
