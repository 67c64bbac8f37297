SET SESSION TRANSACTION READ ONLY;
SET NAMES utf8mb4;
SET SESSION group_concat_max_len = 65536;
SELECT
  x.number,
  x.status,
  x.permission,
  x.transactions,
  TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(x.total AS DECIMAL(20, 4)))) AS amount,
  x.currency,
  x.created,
  x.buyer_name,
  x.buyer_email
FROM (
  SELECT STRAIGHT_JOIN
    o.order_number AS number,
    s.technical_name AS status,
    (SELECT MAX(a.reference)
       FROM :prefixswag_amazon_pay_transaction a
      WHERE a.order_transaction_id = t.id AND a.type = 'ChargePermission') AS permission,
    (SELECT GROUP_CONCAT(a.reference ORDER BY a.time, a.reference SEPARATOR ' ')
       FROM :prefixswag_amazon_pay_transaction a
      WHERE a.order_transaction_id = t.id) AS transactions,
    o.amount_total AS total,
    c.iso_code AS currency,
    o.order_date_time AS created,
    NULLIF(TRIM(CONCAT_WS(' ', u.first_name, u.last_name)), '') AS buyer_name,
    u.email AS buyer_email,
    t.created_at AS paid_at
  FROM (
    SELECT a.order_transaction_id AS id
    FROM :prefixswag_amazon_pay_transaction a
    WHERE a.created_at >= :since OR a.updated_at >= :since
    UNION
    SELECT r.id
    FROM :prefixorder_transaction r
    WHERE r.created_at >= :since OR r.updated_at >= :since
    UNION
    SELECT r.id
    FROM `:prefixorder` q
    JOIN :prefixorder_transaction r ON r.order_id = q.id AND r.order_version_id = q.version_id
    WHERE q.created_at >= :since OR q.updated_at >= :since
  ) h
  JOIN :prefixorder_transaction t ON t.id = h.id AND t.version_id = UNHEX('0FA91CE3E96A4BC2BE4BD9CE752C3425')
  JOIN `:prefixorder` o ON o.id = t.order_id AND o.version_id = t.order_version_id
  JOIN :prefixstate_machine_state s ON s.id = t.state_id
  JOIN :prefixcurrency c ON c.id = o.currency_id
  LEFT JOIN :prefixorder_customer u ON u.order_id = o.id AND u.order_version_id = o.version_id
  HAVING permission IS NOT NULL
) x
ORDER BY x.paid_at, x.permission;
