/**
 * TCP as the layers above see it: one small interface, one implementation per runtime.
 *
 * @module
 */

/** Receives the bytes of a connection. It says where they go, so that no payload is copied. */
export interface ByteSink {
  /** Memory for the next bytes, never empty. The transport may hold it until bytes have come or the connection has ended. */
  nextBuffer(): Uint8Array;
  /** `length` bytes, 1 or more, have been placed at the start of what `nextBuffer()` gave last. Must not throw. */
  received(length: number): void;
  /**
   * The connection has ended; called exactly once, never from within a call to the connection. Without an error, either
   * side has closed it.
   */
  closed(error?: Error): void;
}

/** An established TCP connection. */
export interface TcpConnection {
  /** Address of the local end, as `host:port` with IPv6 hosts in brackets. */
  readonly localAddress: string;
  /** Address of the peer, as `host:port` with IPv6 hosts in brackets. */
  readonly remoteAddress: string;
  /** Bytes queued and not yet taken by the operating system. */
  readonly pendingBytes: number;
  /**
   * Queues bytes, in order. What is queued in one turn of the event loop leaves together. The memory is not copied and
   * must not be changed until {@link TcpConnection.drained} has resolved. Silently ignored after the end, which
   * `closed()` reports.
   */
  write(bytes: Uint8Array): void;
  /** Resolves when everything queued so far has been taken by the operating system, or the connection has ended. */
  drained(): Promise<void>;
  /** Sends what is queued and then a FIN; the connection ends when the peer has closed too. */
  end(): void;
  /** Ends the connection at once and drops what is queued. Idempotent. No byte is put into a buffer afterwards. */
  destroy(): void;
}

/** Options of {@link ConnectTcp}. */
export interface ConnectTcpOptions {
  /** Host name or address (IPv6 without brackets). All its addresses are tried. */
  host: string;
  /** Port, 1 to 65535. */
  port: number;
  /** Time limit in milliseconds for the whole attempt. */
  timeout: number;
  /** Ends the attempt; rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Makes the receiver of the bytes. Called once, before the first byte can arrive. */
  sink: (connection: TcpConnection) => ByteSink;
}

/**
 * Connects. Rejects with a `TransportError` (`ISCSI_CONNECT_REFUSED`, `ISCSI_HOST_NOT_FOUND`, `ISCSI_PERMISSION_DENIED`,
 * `ISCSI_CONNECT_FAILED`) or a `TimeoutError` (`ISCSI_CONNECT_TIMEOUT`).
 */
export type ConnectTcp = (options: ConnectTcpOptions) => Promise<TcpConnection>;

/** Options of {@link ListenTcp}. */
export interface ListenTcpOptions {
  /**
   * Address to listen on.
   *
   * @default "127.0.0.1"
   */
  host?: string | undefined;
  /** Port; 0: any free one. */
  port: number;
  /** Makes the receiver of the bytes of one accepted connection. */
  sink: (connection: TcpConnection) => ByteSink;
}

export interface TcpListener {
  /** Host it listens on. */
  readonly host: string;
  /** Port it listens on. */
  readonly port: number;
  /** Stops accepting. Accepted connections go on. */
  close(): Promise<void>;
}

export type ListenTcp = (options: ListenTcpOptions) => Promise<TcpListener>;
