/** An object store with the API of S3 for tests. */
@NullMarked
package dev.whetstone.testing.s3;

import org.jspecify.annotations.NullMarked;
