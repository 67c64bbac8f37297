SET SESSION TRANSACTION READ ONLY;
SET NAMES utf8mb4;
SET SESSION time_zone = '+00:00';
SET SESSION group_concat_max_len = 65536;
SELECT
  NULLIF(o.OXORDERNR, 0) AS number,
  CASE
    WHEN o.OXSTORNO = 1 THEN 'STORNO'
    ELSE CONCAT(
      o.OXTRANSSTATUS,
      CASE WHEN o.OXPAID > '1971-01-01' THEN ', paid' ELSE '' END,
      CASE WHEN o.OXSENDDATE > '1971-01-01' THEN ', sent' ELSE '' END
    )
  END AS status,
  x.permission,
  x.log,
  n.notified,
  NULLIF(o.OXTRANSID, '') AS transaction,
  TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(o.OXTOTALORDERSUM AS DECIMAL(20, 2)))) AS amount,
  o.OXCURRENCY AS currency,
  CONVERT_TZ(o.OXORDERDATE, @@global.time_zone, '+00:00') AS created,
  NULLIF(TRIM(CONCAT_WS(' ', o.OXBILLFNAME, o.OXBILLLNAME)), '') AS buyer_name,
  NULLIF(o.OXBILLEMAIL, '') AS buyer_email
FROM :prefixoxorder o
JOIN (
  SELECT
    l.OSC_AMAZON_OXORDERID AS order_id,
    MAX(NULLIF(l.OSC_AMAZON_CHARGE_PERMISSION_ID, 'null')) AS permission,
    GROUP_CONCAT(
      DISTINCT CONCAT_WS(' ', l.OSC_AMAZON_IDENTIFIER, l.OSC_AMAZON_CHARGE_ID, l.OSC_AMAZON_OBJECT_ID)
      ORDER BY CONCAT_WS(' ', l.OSC_AMAZON_IDENTIFIER, l.OSC_AMAZON_CHARGE_ID, l.OSC_AMAZON_OBJECT_ID)
      SEPARATOR ' '
    ) AS log,
    MAX(l.OXTIMESTAMP) AS newest
  FROM :prefixamazonpaylog l
  WHERE l.OSC_AMAZON_OXORDERID <> 'no basket'
  GROUP BY l.OSC_AMAZON_OXORDERID
) x ON x.order_id = o.OXID
LEFT JOIN (
  SELECT
    l.OSC_AMAZON_CHARGE_PERMISSION_ID AS permission,
    GROUP_CONCAT(DISTINCT l.OSC_AMAZON_OBJECT_ID ORDER BY l.OSC_AMAZON_OBJECT_ID SEPARATOR ' ') AS notified,
    MAX(l.OXTIMESTAMP) AS newest
  FROM :prefixamazonpaylog l
  WHERE l.OSC_AMAZON_OXORDERID = 'no basket'
    AND l.OSC_AMAZON_CHARGE_PERMISSION_ID <> 'null'
  GROUP BY l.OSC_AMAZON_CHARGE_PERMISSION_ID
) n ON n.permission = x.permission
WHERE (o.OXTIMESTAMP >= :since OR x.newest >= :since OR n.newest >= :since)
  AND (x.permission IS NOT NULL OR o.OXPAYMENTTYPE IN ('oxidamazon', 'oxidamazonexpress'))
ORDER BY o.OXORDERNR;
