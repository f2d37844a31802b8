/** Objects and artifacts in a bucket of Amazon S3, or of a server with its API. */
@NullMarked
package dev.whetstone.kit.store.s3;

import org.jspecify.annotations.NullMarked;
