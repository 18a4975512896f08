"""What can stand in front of the API, each switched on by a parameter: CloudFront, a domain of one's own, a firewall.

CloudFront tells the function who asks and at which address, in headers that it writes over whatever a client sent, and
proves itself by a secret that only the two know. Without that proof such headers count for nothing: the API's own address
stays open to everybody.
"""

from typing import Any

from infra.environment import API_STAGE, HAS_DOMAIN, HAS_EDGE, REST_API
from infra.parameters import WAF_REQUESTS

Resources = dict[str, Any]

HAS_OWN_GATEWAY = "HasDomainWithoutEdge"
HAS_WAF = "HasWaf"
HAS_EDGE_ACL = "HasEdgeWebAcl"
SECRET = "EdgeSecret"
DISTRIBUTION = "EdgeDistribution"
STAGE = f"{REST_API}{API_STAGE}Stage"  # as SAM names it

# AWS's own policies, by their ids: nothing is kept; all of a request goes on but its Host, by which the API is found.
NOTHING_CACHED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
# CloudFront may keep errors for ten seconds otherwise, also what says that it is not to be kept, and knows them by the path alone: whoever
# may not see a page would keep it from the next one who may. These are all that a distribution can name.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html
ERRORS = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
A_YEAR = 31_536_000
ALL_METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]

TELL_WHO_ASKS = """function handler(event) {
  var request = event.request;
  request.headers['x-viewer-address'] = { value: event.viewer.ip };
  request.headers['x-viewer-host'] = { value: request.headers.host.value };
  return request;
}
"""


def conditions() -> Resources:
    """What is switched on."""
    return {
        HAS_EDGE: {"Fn::Equals": [{"Ref": "Edge"}, "cloudfront"]},
        # A domain without one is refused, see the rules.
        HAS_DOMAIN: {"Fn::Not": [{"Fn::Equals": [{"Ref": "CertificateArn"}, ""]}]},
        HAS_OWN_GATEWAY: {"Fn::And": [{"Condition": HAS_DOMAIN}, {"Fn::Not": [{"Condition": HAS_EDGE}]}]},
        HAS_WAF: {"Fn::Equals": [{"Ref": "Waf"}, "yes"]},
        HAS_EDGE_ACL: {"Fn::Not": [{"Fn::Equals": [{"Ref": "EdgeWebAclArn"}, ""]}]},
    }


def rules() -> Resources:
    """What CloudFormation refuses before it makes anything."""
    is_edge = {"Fn::Equals": [{"Ref": "Edge"}, "cloudfront"]}
    has_domain, has_certificate = (
        {"Fn::Not": [{"Fn::Equals": [{"Ref": name}, ""]}]} for name in ("DomainName", "CertificateArn")
    )
    return {
        "DomainHasCertificate": {
            "RuleCondition": {"Fn::Or": [has_domain, has_certificate]},
            "Assertions": [
                {
                    "Assert": {"Fn::And": [has_domain, has_certificate]},
                    "AssertDescription": "DOMAIN_NAME and CERTIFICATE_ARN need each other; "
                    "the certificate is of us-east-1 with EDGE, else of this region",
                }
            ],
        },
        "FirewallSeesWhoAsks": {
            "RuleCondition": is_edge,
            "Assertions": [
                {
                    "Assert": {"Fn::Equals": [{"Ref": "Waf"}, "no"]},
                    "AssertDescription": "Behind CloudFront WAF=yes would count all people as one: make a web ACL for it in "
                    "us-east-1, and name it in EDGE_WEB_ACL_ARN",
                }
            ],
        },
    }


def resources() -> Resources:
    """All of it, each with its condition."""
    return {
        SECRET: _where(
            HAS_EDGE,
            "AWS::SecretsManager::Secret",
            Description="By which CloudFront proves itself to the API.",
            GenerateSecretString={"PasswordLength": 48, "ExcludePunctuation": True},
        ),
        "EdgeFunction": _where(
            HAS_EDGE,
            "AWS::CloudFront::Function",
            Name={"Fn::Sub": "${AWS::StackName}-tell-who-asks"},
            AutoPublish=True,
            FunctionCode=TELL_WHO_ASKS,
            FunctionConfig={"Comment": "Tells the API who asks, and where", "Runtime": "cloudfront-js-2.0"},
        ),
        "EdgeStaticFiles": _where(HAS_EDGE, "AWS::CloudFront::CachePolicy", CachePolicyConfig=_static_files()),
        DISTRIBUTION: _where(HAS_EDGE, "AWS::CloudFront::Distribution", DistributionConfig=_distribution()),
        "GatewayDomain": _where(
            HAS_OWN_GATEWAY,
            "AWS::ApiGateway::DomainName",
            DomainName={"Ref": "DomainName"},
            RegionalCertificateArn={"Ref": "CertificateArn"},
            EndpointConfiguration={"Types": ["REGIONAL"]},
            SecurityPolicy="TLS_1_2",
        ),
        "GatewayDomainMapping": _where(
            HAS_OWN_GATEWAY,
            "AWS::ApiGateway::BasePathMapping",
            DomainName={"Ref": "GatewayDomain"},
            RestApiId={"Ref": REST_API},
            Stage={"Ref": STAGE},
        ),
        "Firewall": _where(HAS_WAF, "AWS::WAFv2::WebACL", **_firewall()),
        "FirewallOfStage": _where(
            HAS_WAF,
            "AWS::WAFv2::WebACLAssociation",
            WebACLArn={"Fn::GetAtt": ["Firewall", "Arn"]},
            ResourceArn={
                "Fn::Sub": f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}::/restapis/${{{REST_API}}}/stages/${{{STAGE}}}"
            },
        ),
    }


def outputs() -> Resources:
    """Where a domain has to lead, and CloudFront's own address."""
    return {
        "EdgeUrl": {"Condition": HAS_EDGE, "Value": {"Fn::Sub": f"https://${{{DISTRIBUTION}.DomainName}}"}},
        "DomainTarget": {
            "Condition": HAS_DOMAIN,
            "Description": "What a CNAME record of the domain has to name.",
            "Value": {
                "Fn::If": [
                    HAS_EDGE,
                    {"Fn::GetAtt": [DISTRIBUTION, "DomainName"]},
                    {"Fn::GetAtt": ["GatewayDomain", "RegionalDomainName"]},
                ]
            },
        },
    }


def _where(condition: str, kind: str, **properties: Any) -> Resources:
    return {"Type": kind, "Condition": condition, "Properties": properties}


def _distribution() -> Resources:
    behaviour = {
        "TargetOriginId": "api",
        "ViewerProtocolPolicy": "redirect-to-https",
        "AllowedMethods": ALL_METHODS,
        "Compress": True,
    }
    told = {"EventType": "viewer-request", "FunctionARN": {"Fn::GetAtt": ["EdgeFunction", "FunctionARN"]}}
    certificate = {
        "AcmCertificateArn": {"Ref": "CertificateArn"},
        "SslSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.2_2021",
    }
    return {
        "Comment": {"Ref": "AWS::StackName"},
        "Enabled": True,
        "HttpVersion": "http2and3",
        "IPV6Enabled": True,
        "Aliases": {"Fn::If": [HAS_DOMAIN, [{"Ref": "DomainName"}], {"Ref": "AWS::NoValue"}]},
        "ViewerCertificate": {"Fn::If": [HAS_DOMAIN, certificate, {"CloudFrontDefaultCertificate": True}]},
        "WebACLId": {"Fn::If": [HAS_EDGE_ACL, {"Ref": "EdgeWebAclArn"}, {"Ref": "AWS::NoValue"}]},
        "Origins": [_origin()],
        "CustomErrorResponses": [{"ErrorCode": code, "ErrorCachingMinTTL": 0} for code in ERRORS],
        "DefaultCacheBehavior": behaviour
        | {
            "CachePolicyId": NOTHING_CACHED,
            "OriginRequestPolicyId": ALL_BUT_HOST,
            "FunctionAssociations": [told],
        },
        "CacheBehaviors": [
            behaviour
            | {
                "PathPattern": "/static/*",
                "AllowedMethods": ["GET", "HEAD"],
                "CachePolicyId": {"Ref": "EdgeStaticFiles"},
            }
        ],
    }


def _origin() -> Resources:
    proof = {"Fn::Sub": f"{{{{resolve:secretsmanager:${{{SECRET}}}}}}}"}
    return {
        "Id": "api",
        "DomainName": {"Fn::Sub": f"${{{REST_API}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}"},
        "OriginPath": f"/{API_STAGE}",
        "CustomOriginConfig": {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"]},
        "OriginCustomHeaders": [{"HeaderName": "X-Edge-Secret", "HeaderValue": proof}],
    }


def _static_files() -> Resources:
    """By their version, which is in the query, and for as long as they say themselves."""
    return {
        "Name": {"Fn::Sub": "${AWS::StackName}-static-files"},
        "MinTTL": 0,
        "DefaultTTL": 0,
        "MaxTTL": A_YEAR,
        "ParametersInCacheKeyAndForwardedToOrigin": {
            "CookiesConfig": {"CookieBehavior": "none"},
            "HeadersConfig": {"HeaderBehavior": "none"},
            "QueryStringsConfig": {"QueryStringBehavior": "all"},
            "EnableAcceptEncodingBrotli": True,
            "EnableAcceptEncodingGzip": True,
        },
    }


def _firewall() -> Resources:
    """Stops whoever asks far more often than a room of people behind one address does, and addresses known for attacks.

    What people say is not searched for patterns of attacks: they may write of anything, and at length.
    """
    often = {"RateBasedStatement": {"Limit": {"Ref": WAF_REQUESTS}, "AggregateKeyType": "IP"}}
    known = {
        "ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesAmazonIpReputationList"},
    }
    return {
        "Scope": "REGIONAL",
        "DefaultAction": {"Allow": {}},
        "VisibilityConfig": _seen("firewall"),
        "Rules": [
            {
                "Name": "too-often",
                "Priority": 0,
                "Statement": often,
                "Action": {"Block": {"CustomResponse": {"ResponseCode": 429}}},
                "VisibilityConfig": _seen("too-often"),
            },
            {
                "Name": "known-for-attacks",
                "Priority": 1,
                "Statement": known,
                "OverrideAction": {"None": {}},
                "VisibilityConfig": _seen("known-for-attacks"),
            },
        ],
    }


def _seen(name: str) -> Resources:
    """Counted; no request is kept as a sample, since it would show addresses."""
    return {"CloudWatchMetricsEnabled": True, "MetricName": name, "SampledRequestsEnabled": False}
